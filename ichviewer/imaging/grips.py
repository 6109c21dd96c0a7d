"""Where a measurement can be taken hold of, and what it becomes when it is pulled there.

Most grips are the handles themselves. Ellipses and rectangles are held by all four corners of
their box although two of them say all.
"""

import numpy as np

from ichviewer.imaging.cut import Cut
from ichviewer.imaging.grid import Float, Grid
from ichviewer.imaging.measure import cut_of_handle, points_lps_mm
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis

_BOXED = (Kind.ELLIPSE, Kind.RECTANGLE)


def grips_lps_mm(measurement: Measurement, grid: Grid) -> Float:
    """(N, 3) the grips; the first and third of a box are its handles."""
    points = points_lps_mm(measurement)
    if measurement.kind not in _BOXED:
        return points
    cut = cut_of_handle(measurement, 0, grid)
    (x0, y0), (x1, y1) = cut.flat_mm(points)
    return cut.lps_mm(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))


def cut_of_grip(measurement: Measurement, grip: int, grid: Grid) -> Cut:
    """The cut that a grip lies on."""
    handle = 0 if measurement.kind in _BOXED else grip
    return cut_of_handle(measurement, handle, grid)


def pulled(measurement: Measurement, grip: int, to_lps_mm: Float, grid: Grid) -> Measurement:
    """The measurement with one grip elsewhere; the opposite corner of a box stays."""
    if measurement.kind not in _BOXED:
        axis = measurement.handles[grip].axis
        return measurement.with_handle(grip, _handle(to_lps_mm, axis))
    cut = cut_of_handle(measurement, 0, grid)
    x, y = cut.flat_mm(to_lps_mm)
    opposite_x, opposite_y = cut.flat_mm(grips_lps_mm(measurement, grid)[(grip + 2) % 4])
    first = np.array([x if grip in (0, 3) else opposite_x, y if grip in (0, 1) else opposite_y])
    third = np.array([x if grip in (1, 2) else opposite_x, y if grip in (2, 3) else opposite_y])
    moved = measurement.with_handle(0, _handle(cut.lps_mm(first), cut.axis))
    return moved.with_handle(1, _handle(cut.lps_mm(third), cut.axis))


def _handle(lps_mm: Float, axis: Axis) -> Handle:
    x, y, z = (float(v) for v in lps_mm)
    return Handle((x, y, z), axis)
