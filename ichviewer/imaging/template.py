"""Measurements to begin with where none is drawn by hand: put down, then moved by keys."""

import numpy as np

from ichviewer.imaging.cut import Cut, cut_of
from ichviewer.imaging.grid import Float
from ichviewer.imaging.measurement import Handle, Kind
from ichviewer.imaging.plane import Axis

_HEXAGON = [(10 * np.cos(t), 10 * np.sin(t)) for t in np.radians(range(0, 360, 60))]
#: Points to the right of and below the middle, mm. The skull is an arc of 75 mm radius.
_POINTS: dict[Kind, list[tuple[float, float]]] = {
    Kind.LENGTH: [(-15, 0), (15, 0)],
    Kind.ANGLE: [(15, -15), (0, 0), (15, 15)],
    Kind.COBB: [(-15, -10), (15, -10), (-15, 10), (15, 10)],
    Kind.ELLIPSE: [(-10, -7), (10, 7)],
    Kind.RECTANGLE: [(-10, -7), (10, 7)],
    Kind.POLYGON: _HEXAGON,
    Kind.FREEHAND: _HEXAGON,
    Kind.ABC2: [(0, -15), (0, 15), (-10, 0), (10, 0), (0, 0), (0, 0)],
    Kind.MIDLINE: [(0, -60), (0, 60), (0, 0)],
    Kind.THICKNESS: [(-20, 2.715), (0, 0), (20, 2.715), (0, 8)],
}
#: C of ABC/2 begins with so much to either side.
_HALF_C_MM = 10.0


def template(kind: Kind, cut: Cut, middle_mm: Float) -> tuple[Handle, ...]:
    """Handles of a measurement about a point of a cut.

    Parameters
    ----------
    kind
        What is to be measured.
    cut
        Where it lies.
    middle_mm
        (2,) point of the cut's sheet.
    """
    points = cut.lps_mm(middle_mm + np.array(_POINTS[kind], dtype=np.float64))
    if kind is Kind.ABC2:
        points[4:] = _ends_of_c(cut, middle_mm)
    return tuple(Handle((x, y, z), cut.axis) for x, y, z in points.tolist())


def _ends_of_c(cut: Cut, middle_mm: Float) -> Float:
    """Points on the cuts so far before and behind, as far as there are any."""
    spacing_mm = cut.grid.spacing_mm[cut.axis]
    away = max(1, round(_HALF_C_MM / spacing_mm))
    last = cut.grid.shape_kji[cut.axis] - 1
    ends = (max(cut.index - away, 0), min(cut.index + away, last))
    where = cut.lps_mm(middle_mm)
    if cut.axis is Axis.K:
        # Straight up and down in the patient, also where the slices are shifted by a tilt.
        normal = cut.grid.normal_lps
        offsets = cut.grid.slice_offsets_mm
        return np.stack([where + (offsets[k] - offsets[cut.index]) * normal for k in ends])
    return np.stack([cut_of(cut.grid, cut.axis, n).lps_mm(middle_mm) for n in ends])
