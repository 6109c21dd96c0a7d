"""Regions drawn on a cut: their area, the voxels they hold, and the statistics of those.

A voxel belongs to a region when its centre lies inside the outline or on it (within 1e-6 mm).
Voxels count whole and alike; nothing is interpolated, so the statistics are those of the acquired
values, however the cut is shown. The area is that of the outline as drawn.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.cut import Cut
from ichviewer.imaging.grid import Float
from ichviewer.imaging.volume import Volume

#: A centre this close to the outline lies on it.
ON_OUTLINE_MM = 1e-6
#: A histogram has at most so many bins, of whole HU.
_MOST_BINS = 64

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Ellipse:
    """An ellipse with its axes along the sheet's.

    Parameters
    ----------
    center_mm, radii_mm
        x and y on the sheet.
    """

    center_mm: tuple[float, float]
    radii_mm: tuple[float, float]

    @property
    def area_mm2(self) -> float:
        """Pi a b."""
        return float(np.pi * self.radii_mm[0] * self.radii_mm[1])

    @property
    def box_mm(self) -> tuple[Float, Float]:
        """(2,) smallest and (2,) largest x and y."""
        center, radii = np.asarray(self.center_mm), np.asarray(self.radii_mm)
        return center - radii, center + radii

    def holds(self, x_mm: Float, y_mm: Float) -> Bools:
        """Which points lie inside or on the outline."""
        if min(self.radii_mm) <= 0:
            return np.zeros(x_mm.shape, bool)
        a, b = (radius + ON_OUTLINE_MM for radius in self.radii_mm)
        x, y = x_mm - self.center_mm[0], y_mm - self.center_mm[1]
        return np.asarray((x / a) ** 2 + (y / b) ** 2 <= 1.0)


@dataclass(frozen=True, eq=False)
class Polygon:
    """A closed outline of straight edges; `corners_mm` is (N, 2), x and y on the sheet."""

    corners_mm: Float

    @property
    def area_mm2(self) -> float:
        """By the shoelace formula; NaN where the outline crosses itself, which encloses none."""
        if self.crosses_itself:
            return float("nan")
        x, y = (self.corners_mm - self.corners_mm[0]).T
        return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)

    @property
    def box_mm(self) -> tuple[Float, Float]:
        """(2,) smallest and (2,) largest x and y."""
        return self.corners_mm.min(axis=0), self.corners_mm.max(axis=0)

    @cached_property
    def crosses_itself(self) -> bool:
        """Whether two edges that are no neighbours cut through each other."""
        a, b = self.corners_mm, np.roll(self.corners_mm, -1, axis=0)
        # Sides of every corner of one edge as seen from each other edge.
        of_start = _turn(a[:, None], b[:, None], a[None])
        of_end = _turn(a[:, None], b[:, None], b[None])
        parts = of_start * of_end < 0
        return bool((parts & parts.T).any())

    def holds(self, x_mm: Float, y_mm: Float) -> Bools:
        """Which points lie inside (crossed an odd number of times) or on the outline.

        Points are sorted by y once, so that every edge looks only at the points beside it.
        """
        order = np.argsort(y_mm, kind="stable")
        x, y = x_mm[order], y_mm[order]
        inside, on_edge = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
        for start, end in zip(self.corners_mm, np.roll(self.corners_mm, -1, axis=0), strict=True):
            low, high = sorted((start[1], end[1]))
            crossed = slice(*np.searchsorted(y, (low, high)))
            if high > low:
                share = (y[crossed] - start[1]) / (end[1] - start[1])
                inside[crossed] ^= x[crossed] < start[0] + share * (end[0] - start[0])
            near = slice(*np.searchsorted(y, (low - ON_OUTLINE_MM, high + ON_OUTLINE_MM)))
            on_edge[near] |= _distance(x[near], y[near], start, end) <= ON_OUTLINE_MM
        found = np.empty(x.shape, bool)
        found[order] = inside | on_edge
        return found


Outline = Ellipse | Polygon


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often values occur: bin n holds first + n * width <= value < first + (n + 1) * width."""

    first: float
    width: float
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Statistics:
    """What the voxels of a region hold.

    Parameters
    ----------
    count
        Number of voxels.
    outside_count
        Voxels inside the outline but outside the scanned field; they are not counted in.
    mean, sd, smallest, largest
        HU, or stored values where the volume has none; NaN without voxels. The standard deviation
        is that of these very voxels (divided by their number).
    histogram
        None without voxels.
    """

    count: int
    outside_count: int
    mean: float
    sd: float
    smallest: float
    largest: float
    histogram: Histogram | None


def box_outline(corner_mm: Float, opposite_mm: Float) -> Polygon:
    """The rectangle between two opposite corners."""
    (x0, y0), (x1, y1) = corner_mm, opposite_mm
    return Polygon(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64))


def ellipse_outline(corner_mm: Float, opposite_mm: Float) -> Ellipse:
    """The ellipse that touches the four sides of a box."""
    center, radii = (corner_mm + opposite_mm) / 2, np.abs(opposite_mm - corner_mm) / 2
    return Ellipse((float(center[0]), float(center[1])), (float(radii[0]), float(radii[1])))


def voxels_inside(outline: Outline, cut: Cut) -> Bools:
    """Which voxels of a cut have their centres inside; shaped as the cut's two indices run."""
    x, y = cut.centers_mm
    low, high = outline.box_mm
    tolerance = ON_OUTLINE_MM
    near = (x >= low[0] - tolerance) & (x <= high[0] + tolerance)
    near &= (y >= low[1] - tolerance) & (y <= high[1] + tolerance)
    inside = np.zeros(x.shape, bool)
    inside[near] = outline.holds(x[near], y[near])
    return inside


def statistics(outline: Outline, cut: Cut, volume: Volume) -> Statistics:
    """Statistics of the voxels inside an outline."""
    inside = voxels_inside(outline, cut)
    outside_count = 0
    if volume.padding is not None:
        padding = volume.padding.take(cut.index, axis=cut.axis)
        outside_count = int((inside & padding).sum())
        inside = inside & ~padding
    shown: NDArray[Any] = np.take(volume.hu, cut.index, axis=cut.axis)
    values = shown[inside].astype(np.float64)
    if not values.size:
        nan = float("nan")
        return Statistics(0, outside_count, nan, nan, nan, nan, None)
    return Statistics(
        count=int(values.size),
        outside_count=outside_count,
        mean=float(values.mean()),
        sd=float(values.std()),
        smallest=float(values.min()),
        largest=float(values.max()),
        histogram=histogram_of(values),
    )


def histogram_of(values: Float) -> Histogram:
    """Counts in at most 64 bins of whole HU, beginning at whole multiples of their width."""
    low, high = np.floor(values.min()), np.floor(values.max())
    width = max(1.0, np.ceil((high - low + 1) / (_MOST_BINS - 1)))
    first = np.floor(low / width) * width
    edges = np.arange(first, high + 1, width)
    # By comparison: what lies just below an edge is rounded onto it by a subtraction.
    bins = np.searchsorted(edges, values, side="right") - 1
    return Histogram(float(first), float(width), np.bincount(bins))


def _turn(start: Float, end: Float, point: Float) -> Float:
    """Positive where a point lies on one side of the line from start to end, negative beyond."""
    along, away = end - start, point - start
    return np.asarray(along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0])


def _distance(x: Float, y: Float, start: Float, end: Float) -> Float:
    """Distance of points from the segment between two corners."""
    along = end - start
    squared = float(along @ along)
    dx, dy = x - start[0], y - start[1]
    share = np.clip((dx * along[0] + dy * along[1]) / squared, 0, 1) if squared > 0 else 0.0
    return np.asarray(np.hypot(dx - share * along[0], dy - share * along[1]))
