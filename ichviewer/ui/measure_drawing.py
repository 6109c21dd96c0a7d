"""Draws the measurements over a view: lines, grips, values beside them, and what to do next.

All in the widget's own pixels, so lines and figures stay crisp at every zoom and screen scale.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from ichviewer.imaging.figure import Stroke, figure
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane_slab import Projection
from ichviewer.language import tr
from ichviewer.report.measurements import quantity_text, short_lines
from ichviewer.ui import annotations
from ichviewer.ui.measure_label import Label, place
from ichviewer.ui.measure_list import MeasureList
from ichviewer.ui.measure_screen import MeasureScreen
from ichviewer.ui.measure_words import prompt
from ichviewer.ui.viewer_model import ViewerModel

_COLOUR = QColor("#ffe98a")
_SELECTED = QColor("#ffffff")
_RIM = QColor(0, 0, 0, 190)
_LINE_PX, _RIM_PX = 1.4, 3.6
_END_PX, _GRIP_PX = 2.2, 4.5
#: Outlines with more grips than this show them as points.
_MANY = 24
_DRAFT = "draft"


class MeasureDrawing:
    """Paints for one view; `pointer` is the handle that would be put down next."""

    def __init__(self, model: ViewerModel, measures: MeasureList, screen: MeasureScreen) -> None:
        self._model = model
        self._measures = measures
        self._screen = screen
        self.pointer: Handle | None = None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw all that is seen on the cut on show."""
        if self._screen.cut is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        held, selected = self._measures.measurements, self._measures.selected
        others = [drawn for drawn in held if selected is None or drawn.uid != selected.uid]
        labels = [label for drawn in others for label in self._paint_one(painter, drawn)]
        # What is in hand lies on top, and its values choose their places first.
        first = self._paint_draft(painter)
        if selected is not None:
            first += self._paint_one(painter, selected)
        _write(painter, area, [*first, *labels])
        if self._measures.tool is not None and self._is_active:
            self._write_prompt(painter, area, self._measures.tool)

    @property
    def _is_active(self) -> bool:
        return self._model.view.active is self._screen.axis

    def _paint_one(self, painter: QPainter, drawn: Measurement) -> list[Label]:
        strokes = self._screen.strokes(drawn)
        if not strokes and not self._screen.grips(drawn):
            return []
        selected = self._measures.selected
        is_selected = selected is not None and selected.uid == drawn.uid
        colour = _SELECTED if is_selected else _COLOUR
        for stroke in strokes:
            is_whole = self._screen.is_whole(drawn, stroke)
            _draw_line(painter, self._screen.points(stroke.points_lps_mm), colour, stroke, is_whole)
        grip = self._measures.grip if is_selected else None
        self._draw_grips(painter, drawn, colour, is_selected=is_selected, grip=grip)
        return self._labels(drawn, strokes, colour)

    def _draw_grips(
        self,
        painter: QPainter,
        drawn: Measurement,
        colour: QColor,
        *,
        is_selected: bool,
        grip: int | None,
    ) -> None:
        if drawn.kind.is_region and not is_selected:
            return
        grips = self._screen.grips(drawn)
        for number, at in grips.items():
            if number == grip:
                radius, fill = _GRIP_PX + 1, QColor(colour)
            elif is_selected:
                radius, fill = (_END_PX if len(grips) > _MANY else _GRIP_PX), QColor(0, 0, 0, 150)
            else:
                radius, fill = _END_PX, QColor(colour)
            painter.setPen(QPen(_RIM, _RIM_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, radius, radius)
            painter.setPen(QPen(colour, _LINE_PX))
            painter.setBrush(fill)
            painter.drawEllipse(at, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _labels(self, drawn: Measurement, strokes: Sequence[Stroke], colour: QColor) -> list[Label]:
        """The values, beside the line that they belong to."""
        measured = self._measures.entry(drawn).measured
        lines = short_lines(drawn.kind, measured)
        is_slab = self._model.view.slab.projection is not Projection.NONE
        if drawn.kind.is_region and is_slab:
            lines = (*lines, tr("of this slice alone, not of the slab"))
        shown = [self._screen.points(stroke.points_lps_mm) for stroke in strokes]
        if not shown:
            return [Label([at], (drawn.name,), colour) for at in self._first_grip(drawn)]
        if drawn.kind is Kind.ABC2:
            return self._calliper_labels(drawn, strokes, shown, colour)
        return [Label(shown[-1], lines, colour)]

    def _first_grip(self, drawn: Measurement) -> list[QPointF]:
        return list(self._screen.grips(drawn).values())[:1]

    def _calliper_labels(
        self,
        drawn: Measurement,
        strokes: Sequence[Stroke],
        shown: list[list[QPointF]],
        colour: QColor,
    ) -> list[Label]:
        measured = self._measures.entry(drawn).measured
        by_name = {quantity.name: quantity_text(quantity) for quantity in measured.quantities}
        labels = []
        for stroke, points in zip(strokes, shown, strict=True):
            name = "ABC"[stroke.handles[0] // 2]
            lines = [f"{name} {by_name[name]}"] if name in by_name else [name]
            if name == "A":
                lines += short_lines(drawn.kind, measured)
            labels.append(Label(points, tuple(lines), colour))
        return labels

    def _paint_draft(self, painter: QPainter) -> list[Label]:
        """What is being drawn, with the pointer as the next handle, and its value at once."""
        kind, handles = self._measures.tool, self._measures.draft
        cut = self._screen.cut
        if kind is None or cut is None:
            return []
        if self.pointer is not None and handles and kind is not Kind.FREEHAND:
            handles = (*handles, self.pointer)
        wanted = kind.handle_count
        if handles and (len(handles) == wanted if wanted else len(handles) >= 3):
            return self._paint_one(painter, Measurement(_DRAFT, kind, handles))
        points = np.array([handle.lps_mm for handle in handles if handle.axis is cut.axis])
        if len(points):
            for stroke in figure(kind, points, cut):
                _draw_line(
                    painter, self._screen.points(stroke.points_lps_mm), _SELECTED, stroke, True
                )
            painter.setPen(QPen(_SELECTED, _LINE_PX))
            for at in self._screen.points(points):
                painter.drawEllipse(at, _END_PX, _END_PX)
        return []

    def _write_prompt(self, painter: QPainter, area: QRectF, kind: Kind) -> None:
        text = prompt(kind, len(self._measures.draft))
        height = painter.fontMetrics().height()
        box = area.adjusted(10, 6 + 5.5 * height, -10, -6)
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        annotations.write_paragraph(painter, box, top, text, _SELECTED)


def _draw_line(
    painter: QPainter, points: list[QPointF], colour: QColor, stroke: Stroke, is_whole: bool
) -> None:
    """A line with a dark rim; dotted where constructed, dashed where it leaves the cut."""
    line = QPolygonF(points)
    pen = QPen(colour, _LINE_PX)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if stroke.is_derived:
        pen.setStyle(Qt.PenStyle.DotLine)
    elif not is_whole:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_RIM, _RIM_PX))
    painter.drawPolyline(line)
    painter.setPen(pen)
    painter.drawPolyline(line)


def _write(painter: QPainter, area: QRectF, labels: Sequence[Label]) -> None:
    """Write the values where they cover neither lines nor one another."""
    font = QFont(painter.font())
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    labels = [label for label in labels if label.is_seen(area)]
    for label, box in zip(labels, place(labels, area, metrics), strict=True):
        for row, text in enumerate(label.lines):
            line = QRectF(
                box.left(), box.top() + row * metrics.height(), box.width(), metrics.height()
            )
            annotations.write(painter, line, Qt.AlignmentFlag.AlignLeft, text, label.colour)
