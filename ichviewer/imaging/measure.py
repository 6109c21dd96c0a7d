"""What measurements come to: mm in patient space, HU of whole voxels, mL, and words of caution.

Positions are those of the slices themselves (ImagePositionPatient), so lengths and angles are
right on tilted and unevenly spaced series, within a cut as well as across slices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ichviewer.imaging.construction import angle_deg, circle_through, foot_on_line, skull_foot_mm
from ichviewer.imaging.cut import Cut, cut_of, cut_position, cut_through
from ichviewer.imaging.grid import Float, GeometryClass, Grid
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.regions import (
    Outline,
    Polygon,
    Statistics,
    box_outline,
    ellipse_outline,
    statistics,
)
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later

#: B of ABC/2 lies at a right angle to A; so much less is worth a word.
_SQUARE_DEG = 10.0
#: The inner skull bends less than this; three points on a tighter circle are badly placed.
_SKULL_RADIUS_MM = 25.0
#: A midline this far from front-to-back (cosine to the left-right axis) has no sides.
_SIDEWAYS_COSINE = 0.7
#: A handle may be this far from its cut, in cuts.
_ON_CUT = 0.5 + 1e-6
_NAN = float("nan")

NO_POSITIONS = tr_later("The files give no usable positions, so nothing is stated in mm.")
OFF_CUT = tr_later("Its points do not lie on one cut of this series.")
EMPTY = tr_later("The centre of no voxel lies inside.")


@dataclass(frozen=True)
class Quantity:
    """One number with its name, which `tr` says, and unit; NaN where it is unknown."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Segmented:
    """What the models segmented where a lesion was measured by hand."""

    what: str
    volume_ml: float


@dataclass(frozen=True, eq=False)
class Measured:
    """All that a measurement comes to.

    Parameters
    ----------
    quantities
        The one that counts first.
    side
        The patient's side of a midline shift, "left" or "right"; empty where there is none.
    notes
        Sentences that a reader must not miss.
    statistics
        Of a region's voxels, else None.
    """

    quantities: tuple[Quantity, ...] = ()
    side: str = ""
    notes: tuple[str, ...] = ()
    statistics: Statistics | None = None

    def value(self, name: str) -> float:
        """The number of this name; NaN where there is none."""
        return next((q.value for q in self.quantities if q.name == name), _NAN)


def measure(
    measurement: Measurement, volume: Volume, segmented: Segmented | None = None
) -> Measured:
    """Measure.

    Parameters
    ----------
    measurement
        As drawn.
    volume
        The series that it was drawn on.
    segmented
        For ABC/2: the segmented lesion to compare with.
    """
    kind, grid = measurement.kind, volume.grid
    if not kind.is_free and not lies_on_one_cut(measurement, grid):
        return Measured(notes=(tr(OFF_CUT),))
    if kind.is_region:
        return _region(measurement, volume)
    if grid.geometry is GeometryClass.NO_GEOMETRY:
        return Measured(notes=(tr(NO_POSITIONS),))
    if kind is Kind.ABC2:
        return _abc2(measurement, grid, segmented)
    return _RULERS[kind](measurement, grid)


def points_lps_mm(measurement: Measurement) -> Float:
    """(N, 3) the handles."""
    return np.array([handle.lps_mm for handle in measurement.handles], dtype=np.float64)


def cut_of_handle(measurement: Measurement, index: int, grid: Grid) -> Cut:
    """The cut that a handle lies on."""
    handle = measurement.handles[index]
    return cut_of(grid, handle.axis, _cut_index(handle, grid))


@lru_cache(maxsize=64)
def _cut_index(handle: Handle, grid: Grid) -> int:
    """The nearest cut's; kept, since every picture of a view asks for it again."""
    return cut_through(grid, handle.axis, np.array(handle.lps_mm)).index


def lies_on_one_cut(measurement: Measurement, grid: Grid) -> bool:
    """Whether all handles lie on the first one's cut, within the grid."""
    cut = cut_of_handle(measurement, 0, grid)
    return all(
        handle.axis is cut.axis
        and abs(cut_position(grid, cut.axis, np.array(handle.lps_mm)) - cut.index) <= _ON_CUT
        for handle in measurement.handles
    )


def outline_of(measurement: Measurement, cut: Cut) -> Outline:
    """The outline of a region on its cut."""
    corners = cut.flat_mm(points_lps_mm(measurement))
    if measurement.kind is Kind.ELLIPSE:
        return ellipse_outline(*corners)
    if measurement.kind is Kind.RECTANGLE:
        return box_outline(*corners)
    return Polygon(corners)


def _region(measurement: Measurement, volume: Volume) -> Measured:
    cut = cut_of_handle(measurement, 0, volume.grid)
    outline = outline_of(measurement, cut)
    found = statistics(outline, cut, volume)
    unit = "HU" if volume.is_hu else ""
    quantities = [
        Quantity(tr_later("mean"), found.mean, unit),
        Quantity(tr_later("SD"), found.sd, unit),
        Quantity(tr_later("min"), found.smallest, unit),
        Quantity(tr_later("max"), found.largest, unit),
        Quantity(tr_later("voxels"), float(found.count), ""),
    ]
    notes = []
    if volume.grid.geometry is GeometryClass.NO_GEOMETRY:
        notes.append(tr(NO_POSITIONS))
    else:
        quantities.insert(2, Quantity(tr_later("area"), outline.area_mm2, "mm²"))
        if measurement.kind in (Kind.ELLIPSE, Kind.RECTANGLE):
            low, high = outline.box_mm
            quantities.append(Quantity(tr_later("width"), float(high[0] - low[0]), "mm"))
            quantities.append(Quantity(tr_later("height"), float(high[1] - low[1]), "mm"))
    if isinstance(outline, Polygon) and outline.crosses_itself:
        notes.append(tr("The outline crosses itself, so its area is not stated."))
    if not found.count:
        notes.append(tr(EMPTY))
    if found.outside_count:
        notes.append(
            tr(
                "Left out, being outside the scanned field: {count} voxels.",
                count=found.outside_count,
            )
        )
    if not volume.is_hu:
        notes.append(tr("Stored values: the files give no rescale to HU."))
    return Measured(tuple(quantities), notes=tuple(notes), statistics=found)


def _length(measurement: Measurement, grid: Grid) -> Measured:
    start, end = points_lps_mm(measurement)
    return Measured((Quantity(tr_later("length"), float(np.linalg.norm(end - start)), "mm"),))


def _angle(measurement: Measurement, grid: Grid) -> Measured:
    first, vertex, second = points_lps_mm(measurement)
    return Measured((Quantity(tr_later("angle"), angle_deg(first - vertex, second - vertex), "°"),))


def _cobb(measurement: Measurement, grid: Grid) -> Measured:
    """Lines have no direction, so the angle between two is at most 90 degrees."""
    a, b, c, d = points_lps_mm(measurement)
    between = angle_deg(b - a, d - c)
    return Measured((Quantity(tr_later("angle"), min(between, 180.0 - between), "°"),))


def _midline(measurement: Measurement, grid: Grid) -> Measured:
    start, end, structure = points_lps_mm(measurement)
    length_mm = float(np.linalg.norm(end - start))
    if length_mm == 0:
        return Measured(notes=(tr("The midline has no length."),))
    along = (end - start) / length_mm
    foot = foot_on_line(start, end, structure)
    away = structure - foot
    notes, side = [], ""
    if abs(along[0]) > _SIDEWAYS_COSINE:
        notes.append(tr("The midline does not run from front to back, so no side is stated."))
    elif away[0]:
        side = "left" if away[0] > 0 else "right"
    if not 0 <= (foot - start) @ along <= length_mm:
        notes.append(tr("The structure lies beyond the ends of the midline."))
    quantities = (
        Quantity(tr_later("shift"), float(np.linalg.norm(away)), "mm"),
        Quantity(tr_later("midline"), length_mm, "mm"),
    )
    return Measured(quantities, side, tuple(notes))


def _thickness(measurement: Measurement, grid: Grid) -> Measured:
    flat = cut_of_handle(measurement, 0, grid).flat_mm(points_lps_mm(measurement))
    skull, border = flat[:3], flat[3]
    circle = circle_through(*skull)
    notes = []
    if circle is not None and circle.radius_mm < _SKULL_RADIUS_MM:
        notes.append(
            tr(
                "The three points bend more than a skull does (radius {radius_mm:.0f} mm): "
                "place them on the inner skull, further apart.",
                radius_mm=circle.radius_mm,
            )
        )
    thickness_mm = float(np.linalg.norm(border - skull_foot_mm(skull, border)))
    return Measured((Quantity(tr_later("thickness"), thickness_mm, "mm"),), notes=tuple(notes))


_RULERS: dict[Kind, Callable[[Measurement, Grid], Measured]] = {
    Kind.LENGTH: _length,
    Kind.ANGLE: _angle,
    Kind.COBB: _cobb,
    Kind.MIDLINE: _midline,
    Kind.THICKNESS: _thickness,
}


def _abc2(measurement: Measurement, grid: Grid, segmented: Segmented | None) -> Measured:
    """A x B x C / 2 (Kothari et al. 1996, doi:10.1161/01.STR.27.8.1304)."""
    points = points_lps_mm(measurement)
    a, b = points[1] - points[0], points[3] - points[2]
    a_mm, b_mm = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    c_mm, notes = _extent_mm(measurement, grid)
    volume_ml = a_mm * b_mm * c_mm / 2 / 1000
    quantities = [
        Quantity("ABC/2", volume_ml, "mL"),
        Quantity("A", a_mm, "mm"),
        Quantity("B", b_mm, "mm"),
        Quantity("C", c_mm, "mm"),
    ]
    if segmented is not None:
        quantities += [
            Quantity(tr_later("segmented"), segmented.volume_ml, "mL"),
            Quantity(tr_later("difference"), volume_ml - segmented.volume_ml, "mL"),
        ]
        notes.append(
            tr("Segmented by the AI: {what}. Not for primary diagnosis.", what=segmented.what)
        )
    between = angle_deg(a, b)
    if abs(between - 90) > _SQUARE_DEG:
        notes.append(
            tr("B is to be at a right angle to A; it is at {angle_deg:.0f}°.", angle_deg=between)
        )
    if len({(cut.axis, cut.index) for cut in _cuts(measurement, grid, 4)}) > 1:
        notes.append(tr("A and B are to be on one slice; they are not."))
    return Measured(tuple(quantities), notes=tuple(notes))


def _cuts(measurement: Measurement, grid: Grid, count: int) -> list[Cut]:
    return [cut_of_handle(measurement, index, grid) for index in range(count)]


def _extent_mm(measurement: Measurement, grid: Grid) -> tuple[float, list[str]]:
    """C, and what is to be said about it.

    Between two acquired slices it is the sum of what these and all slices between stand for, as
    at the bedside (number of slices x thickness); elsewhere it is the distance of its ends.
    """
    ends = (4, 5)
    if any(measurement.handles[end].axis is not Axis.K for end in ends):
        top, bottom = (np.array(measurement.handles[end].lps_mm) for end in ends)
        return float(np.linalg.norm(top - bottom)), []
    first, last = sorted(cut_of_handle(measurement, end, grid).index for end in ends)
    notes = []
    if grid.missing_slices[first:last].any():
        notes.append(tr("Slices are missing between the ends of C; it leaves the gap out."))
    if grid.shape_kji[0] == 1:
        notes.append(tr("One slice alone has no known thickness, so there is no C."))
    return float(grid.slice_weights_mm[first : last + 1].sum()), notes
