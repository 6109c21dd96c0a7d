"""Brush and eraser on the acquired slices: strokes over the mask, by mouse or pen.

It looks at the view's events before the view does and takes the plain left button while it is
switched on; everything else scrolls, windows and zooms as ever. A stroke becomes a change of the
reading when the button comes up.
"""

import math

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPainterPath, QPen

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.plane_slab import Projection
from ichviewer.language import tr
from ichviewer.reading.record import Stroke
from ichviewer.ui.messages import Messages
from ichviewer.ui.reading_lesions import ReadingLesions
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.theme import type_colour
from ichviewer.ui.viewer_model import ViewerModel

#: Radii of the tip in mm, and the step between them.
RADIUS_RANGE_MM = (0.5, 20.0)
RADIUS_STEP_MM = 0.5
#: Points of a stroke closer together than this many pixels say nothing new.
_LEAST_STEP_PX = 0.25
_TINT = 90


class ReadingBrush(QObject):
    """The tool and its settings, and the hand that draws in the acquired plane."""

    changed = Signal()

    def __init__(
        self, model: ViewerModel, messages: Messages, lesions: ReadingLesions, view: SliceView
    ) -> None:
        super().__init__(view)
        self._model = model
        self._messages = messages
        self._lesions = lesions
        self._view = view
        self.is_on = False
        self.is_eraser = False
        self.kind = HemorrhageType.INTRAPARENCHYMAL
        self.radius_mm = 3.0
        self._path: list[tuple[float, float]] = []
        self._pointer: QPointF | None = None
        view.drawings.append(self)
        view.viewport().installEventFilter(self)
        model.volume_changed.connect(self.put_away)
        model.lesion_changed.connect(self._follow_lesion)

    def take(self, is_eraser: bool) -> None:
        """Take brush or eraser up; the same again puts it away."""
        if self.is_on and self.is_eraser is is_eraser:
            self.put_away()
        elif self._model.edited is None:
            self._messages.note(
                tr("There is no result of the AI on this series that could be edited.")
            )
        else:
            self.is_on, self.is_eraser = True, is_eraser
            self._view.viewport().setMouseTracking(True)
            self._tell()

    def put_away(self) -> None:
        """Let the left button be the crosshair's again."""
        self.is_on, self._path = False, []
        self._tell()

    def resize_tip(self, steps: int) -> None:
        """Make the tip larger or smaller."""
        low, high = RADIUS_RANGE_MM
        self.radius_mm = min(max(self.radius_mm + steps * RADIUS_STEP_MM, low), high)
        self._tell()

    def set_radius(self, radius_mm: float) -> None:
        """Give the tip a radius in mm."""
        self.radius_mm = radius_mm
        self._tell()

    def set_kind(self, kind: HemorrhageType) -> None:
        """Draw, or erase, this type."""
        self.kind = kind
        self._tell()

    def step_kind(self) -> None:
        """Draw, or erase, the next type."""
        kinds = tuple(HemorrhageType)
        self.set_kind(kinds[(kinds.index(self.kind) + 1) % len(kinds)])

    def stroke(self, path_ji: tuple[tuple[float, float], ...]) -> None:
        """Draw along rows and columns of the slice on show."""
        edited = self._model.edited
        if edited is None or not path_ji:
            return
        self._lesions.draw(
            Stroke(
                self._lesions.result,
                self._model.cursor_kji[0],
                int(self.kind),
                0 if self.is_eraser else self._number(),
                self.radius_mm,
                path_ji,
            )
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Take the plain left button while the tool is on."""
        if not self.is_on or self._view.plane is None:
            return False
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        if not isinstance(event, QMouseEvent):
            return False
        at = event.position()
        if event.type() == QEvent.Type.MouseMove:
            self._point(at)
            if self._path:
                self._go_on(at)
            return bool(self._path)
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() != Qt.MouseButton.LeftButton or not is_plain:
            return False
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._begin(at)
        elif event.type() == QEvent.Type.MouseButtonRelease and self._path:
            path, self._path = tuple(self._path), []
            self.stroke(path)
            self._view.viewport().update()
        return True

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the tip under the pointer, and the stroke so far."""
        if not self.is_on or self._view.plane is None:
            return
        colour = QColor("white") if self.is_eraser else type_colour(self.kind)
        radius_px = self.radius_mm * self._view.px_per_mm
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [self._screen_point(j, i) for j, i in self._path]
        if points:
            path = QPainterPath(points[0])
            for point in points[1:] or [points[0] + QPointF(0.01, 0.0)]:
                path.lineTo(point)
            tint = QColor(colour)
            tint.setAlpha(_TINT)
            pen = QPen(QBrush(tint), 2 * radius_px)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        if self._pointer is not None:
            painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine if self.is_eraser
                                else Qt.PenStyle.SolidLine))  # fmt: skip
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._pointer, radius_px, radius_px)

    def _begin(self, at: QPointF) -> None:
        self._view.activate()
        if self._model.view.slab.projection is not Projection.NONE:
            self._messages.note(tr("Switch the slab off first: strokes are drawn on one slice."))
            return
        point = self._voxel(at)
        if point is not None:
            self._path = [point]
            self._view.viewport().update()

    def _go_on(self, at: QPointF) -> None:
        point = self._voxel(at)
        if point is not None and math.dist(point, self._path[-1]) >= _LEAST_STEP_PX:
            self._path.append(point)

    def _point(self, at: QPointF | None) -> None:
        self._pointer = at
        self._view.viewport().update()

    def _voxel(self, at: QPointF) -> tuple[float, float] | None:
        """Row and column of the slice, to a hundredth, under a point of the screen."""
        plane, pixel, volume = self._view.plane, self._view.pixel_at(at), self._model.volume
        if plane is None or pixel is None or volume is None:
            return None
        k = self._model.cursor_kji[0]
        _, j, i = volume.grid.kji(np.asarray(plane.lps_mm(k, *pixel))).tolist()
        return round(j, 2), round(i, 2)

    def _screen_point(self, j: float, i: float) -> QPointF:
        plane, volume = self._view.plane, self._model.volume
        assert plane is not None
        assert volume is not None
        k = self._model.cursor_kji[0]
        down_mm, right_mm = plane.pixel_mm
        away = volume.grid.lps_mm(np.array([k, j, i])) - plane.lps_mm(k, 0, 0)
        row, column = away @ plane.down_lps / down_mm, away @ plane.right_lps / right_mm
        return self._view.screen_point(float(row), float(column))

    def _number(self) -> int:
        """The chosen lesion where it is of the brush's type; else the reader's own next one."""
        edited, lesion = self._model.edited, self._model.lesion
        assert edited is not None
        if lesion is not None and lesion.kind is self.kind:
            return lesion.number
        own = [number for number, kind in edited.own() if kind == int(self.kind)]
        return own[-1] if own else edited.next_number

    def _follow_lesion(self) -> None:
        if self._model.lesion is not None:
            self.set_kind(self._model.lesion.kind)

    def _tell(self) -> None:
        self._view.viewport().update()
        self.changed.emit()
