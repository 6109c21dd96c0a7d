"""One cut of a grid as a flat sheet in millimetres, and where its voxels' centres lie on it.

The screen may turn, mirror or enlarge a cut; the sheet does not know, so nothing that is measured
on it can depend on how it is shown.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ichviewer.imaging.grid import Float, Grid
from ichviewer.imaging.plane import Axis, Plane
from ichviewer.imaging.plane_layout import plane_of


@dataclass(frozen=True)
class Cut:
    """The cut of a grid at one index.

    Flat coordinates are mm to the right and down from the centre of the cut's first pixel.
    """

    grid: Grid
    axis: Axis
    index: int

    @property
    def plane(self) -> Plane:
        """How cuts along this axis lie."""
        return plane_of(self.grid, self.axis)

    @property
    def others(self) -> tuple[Axis, Axis]:
        """The two voxel indices that run within the cut."""
        first, second = (axis for axis in Axis if axis is not self.axis)
        return first, second

    def flat_mm(self, lps_mm: Float) -> Float:
        """(..., 2) where patient positions (..., 3) are on the sheet, seen square to it."""
        away = np.asarray(lps_mm, dtype=np.float64) - self._origin_lps_mm
        return np.stack([away @ self.plane.right_lps, away @ self.plane.down_lps], axis=-1)

    def lps_mm(self, flat_mm: Float) -> Float:
        """(..., 3) patient positions of points (..., 2) on the sheet."""
        flat = np.asarray(flat_mm, dtype=np.float64)
        right, down = self.plane.right_lps, self.plane.down_lps
        return np.asarray(self._origin_lps_mm + flat[..., :1] * right + flat[..., 1:] * down)

    @cached_property
    def centers_mm(self) -> tuple[Float, Float]:
        """x and y of every voxel's centre on the sheet, as the cut's two indices run.

        Every slice counts with its own position, so tilted and uneven series are right.
        """
        grid, origin = self.grid, self._origin_lps_mm
        steps = {Axis.J: grid.row_step_lps_mm, Axis.I: grid.column_step_lps_mm}
        runs = [
            grid.slice_positions_lps_mm
            if axis is Axis.K
            else np.arange(grid.shape_kji[axis])[:, None] * steps[axis]
            for axis in self.others
        ]
        fixed = (
            grid.slice_positions_lps_mm[self.index]
            if self.axis is Axis.K
            else self.index * steps[self.axis]
        )
        directions = (self.plane.right_lps, self.plane.down_lps)
        x, y = (
            (runs[0] @ d)[:, None] + (runs[1] @ d)[None, :] + (fixed - origin) @ d
            for d in directions
        )
        return x, y

    @cached_property
    def _origin_lps_mm(self) -> Float:
        return self.plane.lps_mm(self.index, 0, 0)


@lru_cache(maxsize=4)
def cut_of(grid: Grid, axis: Axis, index: int) -> Cut:
    """A cut of a grid; the last few are kept, with their voxels' places."""
    return Cut(grid, axis, index)


def cut_position(grid: Grid, axis: Axis, lps_mm: Float) -> float:
    """The index, fractions allowed, of the cut through a patient position."""
    if axis is Axis.K:
        return float(grid.kji(np.asarray(lps_mm, dtype=np.float64))[0])
    plane = plane_of(grid, axis)
    normal = np.cross(plane.right_lps, plane.down_lps)
    first, second = (plane.lps_mm(index, 0, 0) for index in (0, 1))
    away = np.asarray(lps_mm, dtype=np.float64) - first
    return float(away @ normal / ((second - first) @ normal))


def cut_through(grid: Grid, axis: Axis, lps_mm: Float) -> Cut:
    """The cut along an axis that lies nearest to a patient position, within the grid."""
    nearest = round(cut_position(grid, axis, lps_mm))
    return cut_of(grid, axis, min(max(nearest, 0), grid.shape_kji[axis] - 1))
