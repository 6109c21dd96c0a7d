"""Between the patient and one view's screen: where measurements are seen, what is under a point."""

import numpy as np
from PySide6.QtCore import QPointF

from ichviewer.imaging.cut import Cut, cut_of, cut_through
from ichviewer.imaging.figure import Stroke, figure
from ichviewer.imaging.grid import Float
from ichviewer.imaging.grips import grips_lps_mm
from ichviewer.imaging.measure import cut_of_handle, points_lps_mm
from ichviewer.imaging.measurement import Measurement
from ichviewer.imaging.plane import Axis, Plane
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.viewer_model import ViewerModel

#: A grip is taken within this distance, a line within that.
_GRIP_PX = 9.0
_LINE_PX = 6.0


class MeasureScreen:
    """One view of the study, as its measurements see it."""

    def __init__(self, model: ViewerModel, view: SliceView) -> None:
        self._model = model
        self._view = view

    @property
    def axis(self) -> Axis:
        """The voxel index that the view's cuts keep fixed."""
        return self._view.axis

    @property
    def plane(self) -> Plane | None:
        """The plane as it is shown, or None."""
        return self._view.plane

    @property
    def cut(self) -> Cut | None:
        """The cut on show, or None."""
        if self._model.volume is None or self.plane is None:
            return None
        return cut_of(self._model.volume.grid, self.axis, self._model.cursor_kji[self.axis])

    def points(self, lps_mm: Float) -> list[QPointF]:
        """Where patient positions (N, 3) are on the screen, seen square to the plane."""
        plane, cut = self.plane, self.cut
        assert plane is not None
        assert cut is not None
        down_mm, right_mm = plane.pixel_mm
        away = np.asarray(lps_mm) - plane.lps_mm(cut.index, 0, 0)
        rows, columns = away @ plane.down_lps / down_mm, away @ plane.right_lps / right_mm
        return [
            self._view.screen_point(row, column)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]

    def lps_mm(self, point: QPointF) -> Float | None:
        """(3,) the patient position of a point of the screen, at the image's edge at most."""
        plane, cut, pixel = self.plane, self.cut, self._view.pixel_at(point)
        if plane is None or cut is None or pixel is None:
            return None
        row, column = (
            min(max(at, -0.5), count - 0.5) for at, count in zip(pixel, plane.shape, strict=True)
        )
        return plane.lps_mm(cut.index, row, column)

    def step_lps_mm(self, right: int, down: int) -> Float:
        """(3,) the way of so many pixels to the right and down on the screen."""
        plane = self.plane
        assert plane is not None
        down_mm, right_mm = plane.pixel_mm
        return np.asarray(right * right_mm * plane.right_lps + down * down_mm * plane.down_lps)

    def strokes(self, drawn: Measurement) -> tuple[Stroke, ...]:
        """The lines of a measurement that are seen on the cut on show."""
        cut = self.cut
        if cut is None or not (drawn.kind.is_free or self._is_here(drawn, 0)):
            return ()
        held = cut_of_handle(drawn, 0, cut.grid)
        strokes = figure(drawn.kind, points_lps_mm(drawn), held)
        if not drawn.kind.is_free:
            return strokes
        return tuple(s for s in strokes if any(self._is_here(drawn, n) for n in s.handles))

    def is_whole(self, drawn: Measurement, stroke: Stroke) -> bool:
        """Whether all of a line lies on the cut on show."""
        return not drawn.kind.is_free or all(self._is_here(drawn, n) for n in stroke.handles)

    def _is_here(self, drawn: Measurement, handle: int) -> bool:
        cut = self.cut
        return cut is not None and cut_of_handle(drawn, handle, cut.grid) == cut

    def grips(self, drawn: Measurement) -> dict[int, QPointF]:
        """The grips that lie on the cut on show."""
        cut = self.cut
        if cut is None or not (drawn.kind.is_free or self._is_here(drawn, 0)):
            return {}
        points = self.points(grips_lps_mm(drawn, cut.grid))
        return {
            n: p for n, p in enumerate(points) if not drawn.kind.is_free or self._is_here(drawn, n)
        }

    def grip_at(self, drawn: Measurement, point: QPointF) -> int | None:
        """The grip under a point."""
        away = {grip: _distance(at, point) for grip, at in self.grips(drawn).items()}
        nearest = min(away, key=away.__getitem__, default=None)
        return nearest if nearest is not None and away[nearest] <= _GRIP_PX else None

    def measurement_at(
        self, measurements: tuple[Measurement, ...], point: QPointF
    ) -> Measurement | None:
        """The measurement with a line or a grip under a point, the last drawn first."""
        for drawn in reversed(measurements):
            lines = (self.points(stroke.points_lps_mm) for stroke in self.strokes(drawn))
            is_near = any(_line_distance(line, point) <= _LINE_PX for line in lines)
            if is_near or self.grip_at(drawn, point) is not None:
                return drawn
        return None

    def nearest_cut(self, lps_mm: Float) -> Cut | None:
        """The cut of this view's axis that is nearest to a patient position."""
        volume = self._model.volume
        return None if volume is None else cut_through(volume.grid, self.axis, lps_mm)


def _distance(a: QPointF, b: QPointF) -> float:
    return float(np.hypot(a.x() - b.x(), a.y() - b.y()))


def _line_distance(line: list[QPointF], point: QPointF) -> float:
    """Distance of a point from the nearest part of a line."""
    corners = np.array([[p.x() - point.x(), p.y() - point.y()] for p in line])
    start, along = corners[:-1], np.diff(corners, axis=0)
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(-(start * along).sum(axis=1) / squared, 0, 1)
    return float(np.linalg.norm(start + share[:, None] * along, axis=1).min())
