"""All actions in one table: it makes the menus, the key help, and what the tests walk through."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.view_state import Layout, Texts
from ichviewer.ui.viewer_model import ViewerModel, full_range


class Desk(Protocol):
    """What actions act on: the model, the jobs, and the few things only the window can do."""

    @property
    def model(self) -> ViewerModel:
        """What is shown."""

    @property
    def jobs(self) -> Jobs:
        """Background steps."""

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""

    def choose_file(self) -> None:
        """Ask for a file and open it."""

    def open_demo(self) -> None:
        """Open the demo study."""

    def step_series(self, step: int) -> None:
        """Open the next or previous series of the list."""

    def step_study(self, step: int) -> None:
        """Open the next or previous study of the list."""

    def step_case(self, step: int) -> None:
        """Open the next or previous similar case beside the study."""

    def fit(self) -> None:
        """Show every plane whole again."""

    def zoom(self, steps: int) -> None:
        """Enlarge the acquired plane, or make it smaller."""

    def pan(self, right_px: int, down_px: int) -> None:
        """Move the acquired plane on the screen."""

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""

    def show_keys(self) -> None:
        """Show this table to the reader."""

    def show_about(self) -> None:
        """Say what the program is, and what it is not for."""

    def close(self) -> bool:
        """Close the window."""


@dataclass(frozen=True)
class Action:
    """One thing the reader can do.

    Parameters
    ----------
    menu, text
        Where it stands and what it is called.
    keys
        In Qt's portable notation; the first is shown in the menu.
    run
        Does it.
    release
        For keys that are held: undoes it when the key comes up.
    is_on
        For switches: whether it is on.
    """

    menu: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[Desk], object]
    release: Callable[[Desk], object] | None = None
    is_on: Callable[[Desk], bool] | None = None


#: What the mouse does in an image, for the key help.
MOUSE: tuple[tuple[str, str], ...] = (
    ("Wheel", "scroll; with Shift ten at a time"),
    ("Right drag", "window: right is wider, down raises the centre"),
    ("Middle drag", "move the image"),
    ("Ctrl + wheel", "zoom"),
    ("Left click or drag", "crosshair, in all planes"),
    ("Slice strip", "click or drag to jump"),
    ("Drop", "a folder or file onto the window opens it"),
)

_WIDTH_STEP = 1.1
_CENTER_SHARE = 0.05
_PAN_PX = 40


def _scroll(desk: Desk, steps: int, axis: Axis = Axis.K) -> None:
    desk.model.scroll(steps, axis)


def _to_end(desk: Desk, direction: int) -> None:
    if desk.model.volume is not None:
        desk.model.scroll(direction * desk.model.volume.shape_kji[0])


def _set_window(desk: Desk, window: Window) -> None:
    desk.model.window = window


def _window_of_file(desk: Desk) -> None:
    """The file's windows in turn; the whole range where it has none."""
    volume = desk.model.volume
    if volume is not None:
        windows = volume.windows or (full_range(volume),)
        now = desk.model.window
        at = windows.index(now) + 1 if now in windows else 0
        desk.model.window = windows[at % len(windows)]


def _change_window(desk: Desk, wider: int, higher: int) -> None:
    now = desk.model.window
    width = min(max(now.width * _WIDTH_STEP**wider, 1.0), 20000.0)
    center = now.center + higher * max(now.width * _CENTER_SHARE, 0.5)
    desk.model.window = Window(center, width, "own window", now.shape)


def _hide_overlay(desk: Desk, is_off: bool) -> None:
    desk.model.is_overlay_off = is_off


def _toggle_layout(desk: Desk) -> None:
    is_single = desk.model.layout is Layout.SINGLE
    desk.model.layout = Layout.PLANES if is_single else Layout.SINGLE


def _toggle_blending(desk: Desk) -> None:
    desk.model.is_blended = not desk.model.is_blended


def _cycle_texts(desk: Desk) -> None:
    states = tuple(Texts)
    desk.model.texts = states[(states.index(desk.model.texts) + 1) % len(states)]


def _is_type_shown(kind: HemorrhageType, desk: Desk) -> bool:
    return int(kind) not in desk.model.overlay.hidden


def _is_window(window: Window, desk: Desk) -> bool:
    return desk.model.window == window


FILE = (
    Action("File", "Open folder…", ("Ctrl+O",), lambda d: d.choose_folder()),
    Action("File", "Open file or ZIP…", ("Ctrl+Shift+O",), lambda d: d.choose_file()),
    Action("File", "Open the demo study", ("Ctrl+D",), lambda d: d.open_demo()),
    Action("File", "Next series", ("Right",), lambda d: d.step_series(1)),
    Action("File", "Previous series", ("Left",), lambda d: d.step_series(-1)),
    Action("File", "Next study", ("Ctrl+Right",), lambda d: d.step_study(1)),
    Action("File", "Previous study", ("Ctrl+Left",), lambda d: d.step_study(-1)),
    Action("File", "Quit", ("Ctrl+Q",), lambda d: d.close()),
)

IMAGE = (
    Action("Image", "One slice up", ("Up",), partial(_scroll, steps=1)),
    Action("Image", "One slice down", ("Down",), partial(_scroll, steps=-1)),
    Action("Image", "Five slices up", ("PgUp",), partial(_scroll, steps=5)),
    Action("Image", "Five slices down", ("PgDown",), partial(_scroll, steps=-5)),
    Action("Image", "Top slice", ("Home",), partial(_to_end, direction=1)),
    Action("Image", "Bottom slice", ("End",), partial(_to_end, direction=-1)),
    Action("Image", "Crosshair up", ("Alt+Up",), partial(_scroll, steps=1, axis=Axis.J)),
    Action("Image", "Crosshair down", ("Alt+Down",), partial(_scroll, steps=-1, axis=Axis.J)),
    Action("Image", "Crosshair to the left", ("Alt+Left",),
           partial(_scroll, steps=1, axis=Axis.I)),
    Action("Image", "Crosshair to the right", ("Alt+Right",),
           partial(_scroll, steps=-1, axis=Axis.I)),
    Action("Image", "Zoom in", ("+", "="), lambda d: d.zoom(1)),
    Action("Image", "Zoom out", ("-",), lambda d: d.zoom(-1)),
    Action("Image", "Move image left", ("Ctrl+Shift+Left",), lambda d: d.pan(-_PAN_PX, 0)),
    Action("Image", "Move image right", ("Ctrl+Shift+Right",), lambda d: d.pan(_PAN_PX, 0)),
    Action("Image", "Move image up", ("Ctrl+Shift+Up",), lambda d: d.pan(0, -_PAN_PX)),
    Action("Image", "Move image down", ("Ctrl+Shift+Down",), lambda d: d.pan(0, _PAN_PX)),
    Action("Image", "Fit all planes", ("Esc",), lambda d: d.fit()),
)  # fmt: skip

WINDOWS = (
    *(
        Action(
            "Window",
            f"{preset.name.capitalize()}  {preset.width:.0f} / {preset.center:.0f}",
            (str(number),),
            partial(_set_window, window=preset),
            is_on=partial(_is_window, preset),
        )
        for number, preset in PRESETS.items()
    ),
    Action("Window", "From the file", ("0",), _window_of_file),
    Action("Window", "Wider", ("Ctrl+Alt+Right",), partial(_change_window, wider=1, higher=0)),
    Action("Window", "Narrower", ("Ctrl+Alt+Left",), partial(_change_window, wider=-1, higher=0)),
    Action("Window", "Centre up", ("Ctrl+Alt+Up",), partial(_change_window, wider=0, higher=1)),
    Action("Window", "Centre down", ("Ctrl+Alt+Down",),
           partial(_change_window, wider=0, higher=-1)),
)  # fmt: skip

FINDINGS = (
    Action("Findings", "Next finding", ("N",), lambda d: d.model.step_lesion(1)),
    Action("Findings", "Previous finding", ("P",), lambda d: d.model.step_lesion(-1)),
    Action("Findings", "Hide overlay while held", ("O",), partial(_hide_overlay, is_off=True),
           release=partial(_hide_overlay, is_off=False)),
    Action("Findings", "Overlay weaker", ("[",), lambda d: d.model.change_opacity(-0.1)),
    Action("Findings", "Overlay stronger", ("]",), lambda d: d.model.change_opacity(0.1)),
    *(
        Action(
            "Findings",
            f"Show {kind.word}",
            (f"Ctrl+{int(kind)}",),
            partial(lambda desk, kind: desk.model.toggle_type(kind), kind=kind),
            is_on=partial(_is_type_shown, kind),
        )
        for kind in HemorrhageType
    ),
    Action("Findings", "Run the AI on this series", ("F5",), lambda d: d.jobs.analyze()),
    Action("Findings", "Next similar case beside", ("S",), lambda d: d.step_case(1)),
    Action("Findings", "Previous similar case beside", ("Shift+S",), lambda d: d.step_case(-1)),
    Action("Findings", "Close similar case", ("X",), lambda d: d.jobs.close_case()),
    Action("Findings", "Cancel what is running", ("Ctrl+.",), lambda d: d.jobs.cancel_all()),
)  # fmt: skip

VIEW = (
    Action("View", "Coronal and sagittal", ("L",), _toggle_layout,
           is_on=lambda d: d.model.layout is Layout.PLANES),
    Action("View", "Smooth between slices", ("I",), _toggle_blending,
           is_on=lambda d: d.model.is_blended),
    Action("View", "Texts: all, few, none", ("T",), _cycle_texts),
    Action("View", "Full screen", ("F11",), lambda d: d.toggle_full_screen()),
)  # fmt: skip

HELP = (
    Action("Help", "All keys", ("?", "F1"), lambda d: d.show_keys()),
    Action("Help", "About ichviewer", ("Ctrl+F1",), lambda d: d.show_about()),
)

ACTIONS: tuple[Action, ...] = FILE + IMAGE + WINDOWS + FINDINGS + VIEW + HELP
