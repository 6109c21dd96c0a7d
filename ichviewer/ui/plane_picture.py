"""What one view shows now: plane, HU, grey and labels; only what changed is made anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.overlay import Overlay, colour_evidence, colour_labels
from ichviewer.imaging.plane import Axis, Pixel, Plane
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.plane_slab import Projection, cut_slab
from ichviewer.imaging.plane_turn import Turn, turned
from ichviewer.imaging.window import apply_window
from ichviewer.ui.content import Content
from ichviewer.ui.plane_item import PlaneItem
from ichviewer.ui.viewer_model import ViewerModel

_OUTSIDE_HU = -1024


class PlanePicture:
    """Composes one content into one item, once per repaint, so late frames are never queued."""

    def __init__(self, model: ViewerModel, axis: Axis, content: Content, item: PlaneItem) -> None:
        self._model = model
        self._axis = axis
        self._content = content
        self._item = item
        self._drawn: tuple[object, ...] = ()
        self._is_grey_stale = self._is_overlay_stale = True
        self.plane: Plane | None = None
        self.hu: NDArray[Any] | None = None
        self.overlay: Overlay | None = None

    @property
    def index(self) -> int:
        """Which cut is shown."""
        return self._content.cursor_kji[self._axis]

    @property
    def turn(self) -> Turn:
        """How the cuts are turned."""
        return self._model.view.turns[self._axis]

    def open(self) -> bool:
        """Take the content's plane as it is turned now; whether that is another one."""
        volume, plane = self._content.volume, None
        if volume is not None and not self._content.refusal():
            plane = turned(plane_of(volume.grid, self._axis), self.turn)
        is_other = plane is not self.plane
        if is_other:
            self.plane, self.hu = plane, None
            if plane is not None:
                self._item.lay_out(plane.shape, plane.pixel_mm)
        return is_other

    def recut(self) -> None:
        """Another volume, or another way to cut it: make all anew."""
        self.hu = None

    def regrey(self) -> None:
        """Another window."""
        self._is_grey_stale = True

    def relabel(self) -> None:
        """Other labels, or another way to draw them."""
        self._is_overlay_stale = True

    def compose(self) -> None:
        """Bring the item up to date."""
        volume, plane = self._content.volume, self.plane
        if volume is None or plane is None:
            self._item.show_grey(None)
            self._item.show_overlay(None)
            self._item.show_evidence(None)
            return
        model, slab, index = self._model, self._content.slab, self.index
        wanted = (index, slab, model.is_blended)
        is_moved, self._drawn = wanted != self._drawn or self.hu is None, wanted
        if is_moved or self.hu is None:
            self.hu = self._cut(volume.hu, plane)
        if is_moved or self._is_grey_stale:
            is_inverted = volume.is_inverted ^ model.view.is_inverted
            self._item.show_grey(apply_window(self.hu, model.window, is_inverted))
        if is_moved or self._is_overlay_stale:
            mask = None if model.is_overlay_off else self._content.mask
            labels = None if mask is None else plane.cut(mask, index)
            self.overlay = None if labels is None else colour_labels(labels, model.overlay)
            self._item.show_overlay(self.overlay)
            self._item.show_evidence(self._evidence(plane))
        self._is_grey_stale = self._is_overlay_stale = False

    def value(self, pixel: Pixel) -> float | None:
        """What is shown at a pixel, in HU; None outside."""
        row, column = round(pixel[0]), round(pixel[1])
        if self.plane is None or self.hu is None:
            return None
        if not (0 <= row < self.plane.shape[0] and 0 <= column < self.plane.shape[1]):
            return None
        return float(self.hu[row, column])

    def _evidence(self, plane: Plane) -> NDArray[np.uint8] | None:
        """The coloured evidence map of the cut, turned as the cut is."""
        maps, column = self._content.evidence, self._model.evidence_column
        if maps is None or column is None or self._model.is_overlay_off:
            return None
        cut = maps.cut(self._axis, self.index, column)
        return colour_evidence(plane.cut(cut, 0), self._model.overlay.opacity)

    def _cut(self, hu: NDArray[Any], plane: Plane) -> NDArray[Any]:
        slab = self._content.slab
        if slab.projection is not Projection.NONE:
            return cut_slab(plane, hu, self.index, slab, _OUTSIDE_HU)
        cut = plane.cut_blended if self._model.is_blended else plane.cut
        return cut(hu, self.index, _OUTSIDE_HU)
