"""How images are shown: layout, texts, turns, inversion, slab; frozen, held by the model."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_slab import Slab
from ichviewer.imaging.plane_turn import Turn
from ichviewer.language import tr_later

Turns = tuple[Turn, Turn, Turn]
_UPRIGHT: Turns = (Turn(), Turn(), Turn())
_NO_SLAB = Slab()


class Layout(StrEnum):
    """What fills the middle of the window."""

    SINGLE = "one view"
    PLANES = "axial with coronal and sagittal"
    GRID = "four views"


#: What the layouts are called, for the table of actions.
LAYOUT_TITLES = {
    Layout.SINGLE: tr_later("One view"),
    Layout.PLANES: tr_later("Axial with coronal and sagittal"),
    Layout.GRID: tr_later("Four views"),
}


class Texts(StrEnum):
    """How much is written into the images."""

    ALL = "all"
    MINIMAL = "minimal"
    NONE = "none"


@dataclass(frozen=True)
class ViewState:
    """What the reader does with the views of one study.

    Parameters
    ----------
    active
        The voxel axis of the view that keys act on.
    turns
        How the cuts along each voxel axis are rotated and mirrored.
    is_inverted
        Low values bright, whatever the file says.
    slab
        What is projected in every view.
    is_linked
        Whether the case beside follows the study.
    is_crosshair_shown
        Whether the crosshair's lines are drawn; the views are linked by it all the same.
    """

    active: Axis = Axis.K
    turns: Turns = _UPRIGHT
    is_inverted: bool = False
    slab: Slab = _NO_SLAB
    is_linked: bool = True
    is_crosshair_shown: bool = True

    @property
    def turn(self) -> Turn:
        """How the active view is turned."""
        return self.turns[self.active]

    def with_turn(self, turn: Turn) -> "ViewState":
        """The same, with the active view turned like this."""
        first, second, third = (
            turn if axis is self.active else kept
            for axis, kept in zip(Axis, self.turns, strict=True)
        )
        return replace(self, turns=(first, second, third))

    def of_next_series(self) -> "ViewState":
        """What stays when another series opens: turns, inversion and slab do not."""
        return ViewState(
            active=self.active,
            is_linked=self.is_linked,
            is_crosshair_shown=self.is_crosshair_shown,
        )

    def upright(self) -> "ViewState":
        """The same, with nothing turned, inverted or projected."""
        return replace(self, turns=_UPRIGHT, is_inverted=False, slab=_NO_SLAB)
