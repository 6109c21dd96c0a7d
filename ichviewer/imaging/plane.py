"""Planes: the cuts of a grid that a screen shows, upright and in the right proportions.

A plane keeps one voxel index fixed, so that every pixel is exactly one voxel: HU and labels are
taken by the same table and can never disagree. Across the acquired slices the pixels are native;
the two other cuts are laid out by the slices' positions, which straightens a tilted gantry and
gives uneven gaps their true height.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.grid import Float, GeometryClass, Grid
from ichviewer.language import tr_later

#: Row and column of a pixel, fractions allowed; whole numbers are centres.
Pixel = tuple[float, float]
#: A letter is added for a second patient axis from this direction cosine on (about 20 degrees).
_OBLIQUE_COSINE = 0.35


class Axis(IntEnum):
    """The voxel index that a plane keeps fixed."""

    K = 0
    J = 1
    I = 2  # noqa: E741  the DICOM-like name of the column index


class Orientation(StrEnum):
    """What a plane is called, by the patient axis across it."""

    SAGITTAL = tr_later("sagittal")
    CORONAL = tr_later("coronal")
    AXIAL = tr_later("axial")


class Letters(NamedTuple):
    """Orientation letters at the four edges (PS3.3 C.7.6.1.1.1: A P L R H F)."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True, eq=False)
class Plane:
    """How all cuts along one voxel axis of a grid lie on the screen.

    Parameters
    ----------
    grid, axis
        The grid, and which of its indices the cuts keep fixed.
    orientation
        The name by the patient axis across the cut.
    shape
        Rows and columns of pixels.
    pixel_mm
        Height and width of a pixel.
    right_lps, down_lps
        (3,) unit vectors of the screen's axes.
    first_lps_mm
        (3,) centre of pixel (0, 0) of the cut at index 0; for `Axis.K` relative to the slice's
        own position.
    source
        (rows, columns) flat position of each pixel's voxel in the cut, or one past its end where
        there is none; None for native pixels.
    neighbour, share
        The same for the voxel of the next slice on the pixel's other side, and its part (0-0.5)
        when slices are blended; None for native pixels.
    """

    grid: Grid
    axis: Axis
    orientation: Orientation
    shape: tuple[int, int]
    pixel_mm: tuple[float, float]
    right_lps: Float
    down_lps: Float
    first_lps_mm: Float
    source: NDArray[np.int32] | None = field(default=None, repr=False)
    neighbour: NDArray[np.int32] | None = field(default=None, repr=False)
    share: NDArray[np.float32] | None = field(default=None, repr=False)

    @property
    def count(self) -> int:
        """Number of cuts."""
        return self.grid.shape_kji[self.axis]

    @property
    def size_mm(self) -> tuple[float, float]:
        """Height and width of the whole cut."""
        return self.shape[0] * self.pixel_mm[0], self.shape[1] * self.pixel_mm[1]

    @cached_property
    def upward(self) -> int:
        """The step of the index, 1 or -1, that goes to the head, the front or the right."""
        sign = 1 if self.orientation is Orientation.AXIAL else -1
        axis = tuple(Orientation).index(self.orientation)
        return sign if steps_of(self.grid)[self.axis][axis] > 0 else -sign

    @property
    def is_native(self) -> bool:
        """True where the pixels are the acquired ones, at most flipped."""
        return self.source is None

    @cached_property
    def letters(self) -> Letters:
        """Patient directions at the edges; empty where the files give none."""
        if self.grid.geometry is GeometryClass.NO_GEOMETRY:
            return Letters("", "", "", "")
        return Letters(
            direction_letters(-self.right_lps),
            direction_letters(self.right_lps),
            direction_letters(-self.down_lps),
            direction_letters(self.down_lps),
        )

    def cut(self, voxels: NDArray[Any], index: int, fill: float = 0) -> NDArray[Any]:
        """Take one cut of HU, labels or probabilities.

        Parameters
        ----------
        voxels
            (K, J, I) on the plane's grid.
        index
            Of the fixed axis.
        fill
            Value of pixels outside the grid.

        Returns
        -------
        (rows, columns) of the same type; a view where the pixels are native.
        """
        values = voxels.take(index, axis=self.axis) if self.axis else voxels[index]
        if self.source is None:
            return self._native(values)
        flat = np.append(values.ravel(), values.dtype.type(fill))
        return np.asarray(flat.take(self.source))

    def cut_blended(
        self, hu: NDArray[Any], index: int, fill: float = 0
    ) -> NDArray[np.float32] | NDArray[Any]:
        """Take one cut of HU, linear between neighbouring slices; native pixels stay as they are.

        Never for labels, and never across a hole where slices are missing.
        """
        if self.source is None or self.neighbour is None or self.share is None:
            return self.cut(hu, index, fill)
        values = hu.take(index, axis=self.axis)
        flat = np.append(values.ravel(), values.dtype.type(fill)).astype(np.float32)
        nearest = flat.take(self.source)
        blended = nearest + (flat.take(self.neighbour) - nearest) * self.share
        return np.rint(blended).astype(hu.dtype) if hu.dtype == np.int16 else blended

    def lps_mm(self, index: int, row: float, column: float) -> Float:
        """(3,) patient position of a pixel, fractions allowed."""
        down_mm, right_mm = self.pixel_mm
        return np.asarray(
            self._origin(index) + row * down_mm * self.down_lps + column * right_mm * self.right_lps
        )

    def pixel(self, kji: tuple[float, float, float]) -> Pixel:
        """Row and column where a voxel is shown in the cut that holds it."""
        position = self.grid.lps_mm(np.asarray(kji, dtype=np.float64))
        inside = position - self._origin(round(kji[self.axis]))
        return (
            float(inside @ self.down_lps) / self.pixel_mm[0],
            float(inside @ self.right_lps) / self.pixel_mm[1],
        )

    def voxel(self, index: int, row: float, column: float) -> tuple[int, int, int] | None:
        """The voxel kji that a pixel shows, or None outside the grid."""
        r, c = round(row), round(column)
        if not (0 <= r < self.shape[0] and 0 <= c < self.shape[1]):
            return None
        if self.source is None:
            found = np.rint(self.grid.kji(self.lps_mm(index, r, c))).astype(int).tolist()
        else:
            others = [a for a in Axis if a is not self.axis]
            width = self.grid.shape_kji[others[1]]
            first, second = divmod(int(self.source[r, c]), width)
            if first >= self.grid.shape_kji[others[0]]:
                return None
            found = [0, 0, 0]
            found[others[0]], found[others[1]] = first, second
        found[self.axis] = index
        return found[0], found[1], found[2]

    def traces(self, kji: tuple[int, int, int]) -> dict[Axis, tuple[Pixel, Pixel]]:
        """Where the planes through a voxel cut this one: two end pixels by the other's fixed axis.

        A tilted gantry makes the acquired slice a slanted line.
        """
        found = {}
        for along in (axis for axis in Axis if axis is not self.axis):
            ends = []
            for end in (-0.5, self.grid.shape_kji[along] - 0.5):
                at = [float(v) for v in kji]
                at[along] = end
                ends.append(self.pixel((at[0], at[1], at[2])))
            third = next(a for a in Axis if a not in (self.axis, along))
            found[third] = (ends[0], ends[1])
        return found

    def _origin(self, index: int) -> Float:
        if self.axis is Axis.K:
            return np.asarray(self.grid.slice_positions_lps_mm[index] + self.first_lps_mm)
        step = steps_of(self.grid)[self.axis]
        return np.asarray(self.first_lps_mm + index * step)

    def _native(self, values: NDArray[Any]) -> NDArray[Any]:
        if is_transposed(self.grid, self.right_lps):
            values = values.T
            across, along = self.grid.column_step_lps_mm, self.grid.row_step_lps_mm
        else:
            across, along = self.grid.row_step_lps_mm, self.grid.column_step_lps_mm
        if across @ self.down_lps < 0:
            values = values[::-1]
        return values[:, ::-1] if along @ self.right_lps < 0 else values


def direction_letters(direction_lps: Float) -> str:
    """Letters of the patient directions that a vector points to, the strongest first."""
    unit = np.asarray(direction_lps) / np.linalg.norm(direction_lps)
    order = np.argsort(-np.abs(unit), kind="stable")
    kept = [int(a) for n, a in enumerate(order) if n == 0 or abs(unit[a]) >= _OBLIQUE_COSINE]
    return "".join("LPH"[a] if unit[a] > 0 else "RAF"[a] for a in kept)


def steps_of(grid: Grid) -> tuple[Float, Float, Float]:
    """Mean step of each voxel index k, j, i in LPS mm."""
    return grid.slice_step_lps_mm, grid.row_step_lps_mm, grid.column_step_lps_mm


def is_transposed(grid: Grid, right_lps: Float) -> bool:
    """True where the screen's rows run along the array's columns."""
    row, column = (s / np.linalg.norm(s) for s in steps_of(grid)[1:])
    return bool(abs(row @ right_lps) > abs(column @ right_lps))
