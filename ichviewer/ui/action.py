"""An action: one thing that the reader can do, and the desk it is done at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ichviewer.language import tr, tr_later
from ichviewer.ui.comparison_desk import ComparisonDesk
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.measure_desk import MeasureDesk
from ichviewer.ui.mouse import Pointed
from ichviewer.ui.reading_desk import ReadingDesk
from ichviewer.ui.viewer_model import ViewerModel


class Desk(Protocol):
    """What actions act on: the model, the jobs, and the few things only the window can do."""

    @property
    def model(self) -> ViewerModel:
        """What is shown."""

    @property
    def jobs(self) -> Jobs:
        """Background steps."""

    @property
    def reading(self) -> ReadingDesk:
        """What the reader decides, and what keeps it."""

    @property
    def comparing(self) -> ComparisonDesk:
        """A prior series beside the study, and how the two are aligned."""

    @property
    def measuring(self) -> MeasureDesk:
        """Measurements, and what is done with all of them."""

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""

    def choose_file(self) -> None:
        """Ask for a file and open it."""

    def close_study(self) -> None:
        """Take the open study off the list."""

    def open_demo(self) -> None:
        """Open the demo study."""

    def step_series(self, step: int) -> None:
        """Open the next or previous series of the list."""

    def step_study(self, step: int) -> None:
        """Open the next or previous study of the list."""

    def step_case(self, step: int) -> None:
        """Open the next or previous similar case beside the study."""

    @property
    def view(self) -> Pointed:
        """The view that keys act on."""

    def note(self, sentence: str) -> None:
        """Tell the reader something."""

    def reset(self) -> None:
        """Show every plane whole, upright and as acquired."""

    def activate_next_view(self, step: int) -> None:
        """Let keys act on the next view."""

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""

    def show_keys(self) -> None:
        """Show this table to the reader."""

    def show_manual(self) -> None:
        """Show the manual."""

    def show_first_steps(self) -> None:
        """Show the page of the first start."""

    def show_settings(self) -> None:
        """Let the reader change keys, mouse, presets and looks."""

    def show_about(self) -> None:
        """Say what the program is, and what it is not for."""

    def close(self) -> bool:
        """Close the window."""


#: The menus, in their order.
MENUS = (
    *(tr_later("File"), tr_later("Image"), tr_later("Window"), tr_later("Measure")),
    *(tr_later("Findings"), tr_later("Compare"), tr_later("Reading"), tr_later("View")),
    tr_later("Help"),
)


@dataclass(frozen=True)
class Action:
    """One thing the reader can do.

    Parameters
    ----------
    menu, text
        Where it stands and what it is called, in English; `{what}` stands for `what`.
    keys
        In Qt's portable notation; the first is shown in the menu.
    run
        Does it.
    release
        For keys that are held: undoes it when the key comes up.
    is_on
        For switches: whether it is on.
    title
        For texts that the reader can change: what it is called now.
    what
        What the text is about, where one text serves several actions.
    """

    menu: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[Desk], object]
    release: Callable[[Desk], object] | None = None
    is_on: Callable[[Desk], bool] | None = None
    title: Callable[[Desk], str] | None = None
    what: str = ""

    @property
    def name(self) -> str:
        """What it is called in the settings file; never changes."""
        return f"{self.menu}: {self.text.format(what=self.what)}"

    @property
    def words(self) -> str:
        """What it is called in the reader's language."""
        return tr(self.text, what=tr(self.what))

    def title_at(self, desk: Desk) -> str:
        """What it is called on the screen."""
        return self.title(desk) if self.title else self.words
