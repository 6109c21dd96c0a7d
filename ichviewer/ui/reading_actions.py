"""What the reader does with images: scroll, window, zoom, turn, project, play, mark."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF

from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_slab import Projection
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import figure, tr
from ichviewer.settings import CINE_RANGE_HZ
from ichviewer.ui import wording
from ichviewer.ui.action import Action, Desk
from ichviewer.ui.view_state import LAYOUT_TITLES, Layout, Texts
from ichviewer.ui.viewer_model import OWN_WINDOW, full_range

_WIDTH_STEP = 1.1
_CENTER_SHARE = 0.05
_PAN_PX = 40
_SLAB_STEP_MM = 5.0
_CINE_STEP = 1.25


def _scroll(desk: Desk, steps: int, axis: Axis | None = None) -> None:
    desk.model.scroll(steps, axis)


def _to_end(desk: Desk, direction: int) -> None:
    if desk.model.volume is not None:
        desk.model.scroll(direction * max(desk.model.volume.shape_kji))


def _pan(desk: Desk, right_px: int, down_px: int) -> None:
    desk.view.pan(QPointF(right_px, down_px))


def _use_preset(desk: Desk, number: int) -> None:
    desk.model.window = desk.model.choices.presets[number - 1]


def _is_preset(desk: Desk, number: int) -> bool:
    return desk.model.window == desk.model.choices.presets[number - 1]


def _preset_title(desk: Desk, number: int) -> str:
    window = desk.model.choices.presets[number - 1]
    values = f"{figure(window.width, 'g')} / {figure(window.center, 'g')}"
    return f"{wording.capital(tr(window.name))}  {values}"


def _next_window(desk: Desk, windows: tuple[Window, ...]) -> None:
    now = desk.model.window
    at = windows.index(now) + 1 if now in windows else 0
    desk.model.window = windows[at % len(windows)]


def _window_of_file(desk: Desk) -> None:
    """The file's windows and VOI LUTs in turn; the whole range where it has none."""
    volume = desk.model.volume
    if volume is not None:
        _next_window(desk, volume.windows or (full_range(volume),))


def _window_of_model(desk: Desk) -> None:
    """The windows through which the model saw the series, in turn."""
    findings = desk.model.findings
    windows = tuple(dict.fromkeys(w for m in (findings.models if findings else ())
                                  for w in m.windows))  # fmt: skip
    if windows:
        _next_window(desk, windows)
    else:
        desk.note(tr("No model has read this series, so there is no window that a model saw."))


def _change_window(desk: Desk, wider: int, higher: int) -> None:
    now = desk.model.window
    width = min(max(now.width * _WIDTH_STEP**wider, 1.0), 20000.0)
    center = now.center + higher * max(now.width * _CENTER_SHARE, 0.5)
    desk.model.window = Window(center, width, OWN_WINDOW, now.shape)


def _turn(desk: Desk, how: Callable[[Turn], Turn]) -> None:
    desk.model.view = desk.model.view.with_turn(how(desk.model.view.turn))


def _invert(desk: Desk) -> None:
    desk.model.view = replace(desk.model.view, is_inverted=not desk.model.view.is_inverted)


def _take_crosshair(desk: Desk) -> None:
    """Put brush and measuring tool away, so that the left button moves the crosshair again."""
    if desk.measuring.measures.tool is not None:
        desk.measuring.measures.take_tool(None)
    desk.reading.brush.put_away()


def _toggle_crosshair_lines(desk: Desk) -> None:
    view = desk.model.view
    desk.model.view = replace(view, is_crosshair_shown=not view.is_crosshair_shown)


def _next_projection(desk: Desk) -> None:
    kinds, slab = tuple(Projection), desk.model.view.slab
    following = kinds[(kinds.index(slab.projection) + 1) % len(kinds)]
    desk.model.view = replace(desk.model.view, slab=replace(slab, projection=following))


def _set_layout(desk: Desk, layout: Layout) -> None:
    desk.model.layout = layout


def _is_layout(desk: Desk, layout: Layout) -> bool:
    return desk.model.layout is layout


def _toggle_blending(desk: Desk) -> None:
    desk.model.is_blended = not desk.model.is_blended


def _cycle_texts(desk: Desk) -> None:
    states = tuple(Texts)
    desk.model.texts = states[(states.index(desk.model.texts) + 1) % len(states)]


def _toggle_theme(desk: Desk) -> None:
    choices = desk.model.choices
    desk.model.choices = replace(choices, theme="light" if choices.theme == "dark" else "dark")


def _play(desk: Desk) -> None:
    desk.model.is_playing = desk.model.volume is not None and not desk.model.is_playing


def _change_rate(desk: Desk, faster: int) -> None:
    low, high = CINE_RANGE_HZ
    rate = min(max(desk.model.choices.cine_hz * _CINE_STEP**faster, low), high)
    desk.model.choices = replace(desk.model.choices, cine_hz=rate)


def _toggle_to_and_fro(desk: Desk) -> None:
    choices = desk.model.choices
    desk.model.choices = replace(choices, is_cine_to_and_fro=not choices.is_cine_to_and_fro)


def _is_key_image(desk: Desk) -> bool:
    return desk.model.cursor_kji[0] in desk.model.key_slices


def _next_key_image(desk: Desk) -> None:
    slices = desk.model.key_slices
    if slices:
        k, j, i = desk.model.cursor_kji
        desk.model.move_cursor((next((n for n in slices if n > k), slices[0]), j, i))


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
    Action("Image", "Crosshair instead of a tool", ("C",), _take_crosshair),
    Action("Image", "Lines of the crosshair", ("Shift+C",), _toggle_crosshair_lines,
           is_on=lambda d: d.model.view.is_crosshair_shown),
    Action("Image", "Zoom in", ("+", "="), lambda d: d.view.zoom(1)),
    Action("Image", "Zoom out", ("-",), lambda d: d.view.zoom(-1)),
    Action("Image", "Move image left", ("Ctrl+Shift+Left",),
           partial(_pan, right_px=-_PAN_PX, down_px=0)),
    Action("Image", "Move image right", ("Ctrl+Shift+Right",),
           partial(_pan, right_px=_PAN_PX, down_px=0)),
    Action("Image", "Move image up", ("Ctrl+Shift+Up",),
           partial(_pan, right_px=0, down_px=-_PAN_PX)),
    Action("Image", "Move image down", ("Ctrl+Shift+Down",),
           partial(_pan, right_px=0, down_px=_PAN_PX)),
    Action("Image", "Rotate to the right", ("Ctrl+R",), partial(_turn, how=lambda t: t.rotated(1))),
    Action("Image", "Rotate to the left", ("Ctrl+Shift+R",),
           partial(_turn, how=lambda t: t.rotated(3))),
    Action("Image", "Mirror left and right", ("H",), partial(_turn, how=Turn.flipped_sideways)),
    Action("Image", "Mirror top and bottom", ("V",), partial(_turn, how=Turn.flipped_upright)),
    Action("Image", "Invert", ("I",), _invert, is_on=lambda d: d.model.view.is_inverted),
    Action("Image", "Reset all views", ("Esc",), lambda d: d.reset()),
    Action("Image", "Key image", ("K",), lambda d: d.model.toggle_key_image(),
           is_on=_is_key_image),
    Action("Image", "Next key image", ("Shift+K",), _next_key_image),
    Action("Image", "Play or stop", ("G",), _play, is_on=lambda d: d.model.is_playing),
    Action("Image", "Play faster", ("Ctrl+Up",), partial(_change_rate, faster=1)),
    Action("Image", "Play slower", ("Ctrl+Down",), partial(_change_rate, faster=-1)),
    Action("Image", "Play to and fro", ("Shift+G",), _toggle_to_and_fro,
           is_on=lambda d: d.model.choices.is_cine_to_and_fro),
)  # fmt: skip

WINDOWS = (
    *(
        Action(
            "Window",
            "Preset {what}",
            (str(number),),
            partial(_use_preset, number=number),
            is_on=partial(_is_preset, number=number),
            title=partial(_preset_title, number=number),
            what=str(number),
        )
        for number in PRESETS
    ),
    Action("Window", "What the model saw", ("8",), _window_of_model),
    Action("Window", "From the file", ("0",), _window_of_file),
    Action("Window", "Wider", ("Ctrl+Alt+Right",), partial(_change_window, wider=1, higher=0)),
    Action("Window", "Narrower", ("Ctrl+Alt+Left",), partial(_change_window, wider=-1, higher=0)),
    Action("Window", "Centre up", ("Ctrl+Alt+Up",), partial(_change_window, wider=0, higher=1)),
    Action("Window", "Centre down", ("Ctrl+Alt+Down",),
           partial(_change_window, wider=0, higher=-1)),
)  # fmt: skip

VIEW = (
    *(
        Action("View", LAYOUT_TITLES[layout], (f"Alt+{number}",),
               partial(_set_layout, layout=layout), is_on=partial(_is_layout, layout=layout))
        for number, layout in enumerate(Layout, 1)
    ),
    Action("View", "Next view", ("F6",), lambda d: d.activate_next_view(1)),
    Action("View", "Previous view", ("Shift+F6",), lambda d: d.activate_next_view(-1)),
    Action("View", "Slab: off, MIP, mean, MinIP", ("B",), _next_projection),
    Action("View", "Slab thicker", ("Shift+PgUp",), lambda d: d.view.thicken(_SLAB_STEP_MM)),
    Action("View", "Slab thinner", ("Shift+PgDown",), lambda d: d.view.thicken(-_SLAB_STEP_MM)),
    Action("View", "Smooth between slices", ("Shift+I",), _toggle_blending,
           is_on=lambda d: d.model.is_blended),
    Action("View", "Link the case beside", ("L",), lambda d: d.model.toggle_link(),
           is_on=lambda d: d.model.view.is_linked),
    Action("View", "Texts: all, few, none", ("T",), _cycle_texts),
    Action("View", "Light theme", ("Ctrl+Shift+T",), _toggle_theme,
           is_on=lambda d: d.model.choices.theme == "light"),
    Action("View", "Full screen", ("F11",), lambda d: d.toggle_full_screen()),
)  # fmt: skip
