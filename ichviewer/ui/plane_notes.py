"""What is written over one plane: composed from the model, drawn by `annotations`."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.overlay import Overlay
from ichviewer.imaging.plane import Axis, Pixel, Plane
from ichviewer.imaging.plane_slab import Projection
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.ui import annotations, wording
from ichviewer.ui.annotations import Corners
from ichviewer.ui.content import Content
from ichviewer.ui.fidelity import Fidelity, Light, fidelity_of, slab_words
from ichviewer.ui.plane_picture import PlanePicture
from ichviewer.ui.theme import ON_IMAGE, type_colour
from ichviewer.ui.view_state import Layout, Texts
from ichviewer.ui.viewer_model import Kji, ViewerModel

_TRACE_COLOURS = {
    Axis.K: QColor(58, 106, 150),
    Axis.J: QColor(54, 112, 91),
    Axis.I: QColor(148, 115, 52),
}


LIGHTS = {
    Light.NATIVE: QColor(ON_IMAGE.calm),
    Light.CHANGED: QColor(ON_IMAGE.warning),
    Light.INCOMPLETE: QColor(ON_IMAGE.error),
}


class Screen(Protocol):
    """Where things are on the screen."""

    def screen_point(self, row: float, column: float) -> QPointF:
        """The place of a pixel's centre."""

    @property
    def px_per_mm(self) -> float:
        """The scale."""


@dataclass(frozen=True)
class Notes:
    """Writes over one view's planes."""

    model: ViewerModel
    axis: Axis
    content: Content
    picture: PlanePicture

    def refuse(self, painter: QPainter, area: QRectF) -> None:
        """Say why there is no plane."""
        if self.content.volume is not None:
            inner = area.adjusted(24, 24, -24, -24)
            middle, ink = Qt.AlignmentFlag.AlignCenter, QColor(ON_IMAGE.dim)
            annotations.write_paragraph(painter, inner, middle, self.content.refusal(), ink)

    def write(
        self,
        painter: QPainter,
        area: QRectF,
        plane: Plane,
        *,
        screen: Screen,
        pointer: Pixel | None,
    ) -> None:
        """Write letters, texts, scale, crosshair and type names over a plane.

        Letters stay where an image is turned: then nothing else tells its sides.
        """
        overlay, is_upright = self.picture.overlay, self.picture.turn == Turn()
        if self.model.texts is Texts.NONE:
            if not is_upright:
                annotations.write_letters(painter, area, plane.letters)
            return
        if self.content.takes_keys and self.model.layout is not Layout.SINGLE:
            annotations.draw_frame(painter, area, self.model.view.active is self.axis)
        if self.content.has_crosshair and self.model.view.is_crosshair_shown:
            at = screen.screen_point(*plane.pixel(self.content.cursor_kji))
            annotations.draw_traces(painter, self._traces(plane, screen), at)
        if overlay is not None:
            self._name_types(painter, area, screen, overlay)
            ink = QColor(ON_IMAGE.warning)
            annotations.write_foot(painter, area, tr(wording.NOT_FOR_DIAGNOSIS), ink)
        corners = self._corners(plane, pointer)
        annotations.write_corners(painter, area, corners)
        drop_px = annotations.letter_drop_px(painter, area, corners)
        annotations.write_letters(painter, area, plane.letters, drop_px)
        annotations.draw_scale(painter, area, screen.px_per_mm)

    def readout(self, plane: Plane, pointer: Pixel | None) -> tuple[str, ...]:
        """HU, voxel and patient position under the pointer."""
        volume = self.content.volume
        kji = None if pointer is None else plane.voxel(self._index, *pointer)
        if volume is None or kji is None:
            return ()
        value = self._value(volume, kji, pointer)
        voxel = tr("voxel  k {k}  j {j}  i {i}", k=kji[0], j=kji[1], i=kji[2])
        if volume.geometry is GeometryClass.NO_GEOMETRY:
            return (value, voxel)
        x, y, z = volume.grid.lps_mm(np.array(kji, dtype=float)).tolist()
        return (value, voxel, wording.position_text((x, y, z)))

    def _value(self, volume: Volume, kji: Kji, pointer: Pixel | None) -> str:
        """The HU of the voxel; in a slab, what is shown there."""
        unit = "HU" if volume.is_hu else tr("(stored value, no HU)")
        slab = self.content.slab
        shown = None if pointer is None else self.picture.value(pointer)
        if slab.projection is Projection.NONE or shown is None:
            return f"{volume.hu[kji]:.0f} {unit}"
        return tr(
            "{value:.0f} {unit}, {projection} of {mm:g} mm",
            value=shown,
            unit=unit,
            projection=tr(slab.projection),
            mm=slab.thickness_mm,
        )

    @property
    def _index(self) -> int:
        return self.content.cursor_kji[self.axis]

    def _corners(self, plane: Plane, pointer: Pixel | None) -> Corners:
        has_directions = plane.grid.geometry is not GeometryClass.NO_GEOMETRY
        name = tr(plane.orientation) if has_directions else tr("image")
        word = wording.capital(" ".join(x for x in (name, self.content.word) if x))
        count = f"{self._index + 1} / {plane.count}"
        is_all = self.model.texts is Texts.ALL
        volume = self.content.volume
        heading = self.content.heading() if is_all else ()
        window = wording.window_lines(self.model.window) if self.axis is Axis.K else ()
        slab = slab_words(plane, self._index, self.content.slab)
        notes = (*slab, *self._marks())
        fidelity = self._fidelity(volume, plane) if volume is not None else None
        return Corners(
            top_left=heading or (word,),
            top_right=(f"{word}  {count}" if heading else count, *window, *notes),
            bottom_left=self.readout(plane, pointer),
            light=None if fidelity is None else LIGHTS[fidelity.light],
            beside_light=fidelity.words if fidelity is not None and is_all else (),
        )

    def _marks(self) -> tuple[str, ...]:
        """What the reader did to this view or slice."""
        is_key = self.content.takes_keys and self.model.cursor_kji[0] in self.model.key_slices
        said = (tr("key image"),) if is_key and self.axis is Axis.K else ()
        if self.content.evidence is not None and self.model.evidence_column is not None:
            column = self.model.evidence_column
            word = tr(HemorrhageType(column).word) if column else tr("any hemorrhage")
            said = (*said, tr("AI evidence: {type}", type=word), *self._evidence_steps())
        return (*said, tr("inverted")) if self.model.view.is_inverted else said

    def _evidence_steps(self) -> tuple[str, ...]:
        """Across the slices, an evidence map is no finer than the slabs that were read."""
        maps, volume = self.content.evidence, self.content.volume
        if maps is None or volume is None or self.axis is Axis.K:
            return ()
        slab_mm = maps.slab_mm(volume.grid.slice_weights_mm)
        return (tr("one value per slab of {mm:.1f} mm", mm=slab_mm),)

    def _fidelity(self, volume: Volume, plane: Plane) -> Fidelity:
        return fidelity_of(
            volume,
            plane,
            is_smooth=self.model.is_blended,
            slab=self.content.slab,
            turn=self.picture.turn,
        )

    def _traces(self, plane: Plane, screen: Screen) -> list[tuple[QLineF, QColor]]:
        ends = plane.traces(self.content.cursor_kji)
        return [
            (QLineF(screen.screen_point(*a), screen.screen_point(*b)), _TRACE_COLOURS[axis])
            for axis, (a, b) in ends.items()
        ]

    def _name_types(
        self, painter: QPainter, area: QRectF, screen: Screen, overlay: Overlay
    ) -> None:
        """Words beside the regions: the second cue for those who cannot tell the colours."""
        taken = annotations.letter_boxes(area)
        for label, (top, left, bottom, right) in overlay.boxes.items():
            kind = HemorrhageType(label)
            box = QRectF(screen.screen_point(top, left), screen.screen_point(bottom, right))
            annotations.write_type(
                painter, area, box, tr(kind.word), type_colour(kind).lighter(125), taken=taken
            )
