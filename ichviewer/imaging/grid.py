"""Where the voxels of a series are: positions of every slice, directions, spacing, tilt.

One convention (PS3.3 C.7.6.2.1.1): voxel indices ``kji`` = slice, row, column; patient
coordinates LPS in mm.
The table of slice positions is the truth; the affine is derived from it and exact only where
slices are evenly spaced along one line.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ichviewer.language import tr_later

Float = NDArray[np.float64]

#: Slices whose gaps deviate less than this are evenly spaced (the larger of both).
REGULAR_TOLERANCE_MM = 0.01
REGULAR_TOLERANCE_RELATIVE = 0.01
#: A gap this many times wider than expected means that slices are missing.
GAP_FACTOR = 1.5
#: A shear of the slice positions against the slice normal above this is a tilted gantry.
TILT_TOLERANCE_DEG = 0.05
#: Differences below this, of mm or of voxels, are rounding.
_SAME = 1e-9


class GeometryClass(StrEnum):
    """What is known about the slices' positions; decides what the program permits."""

    REGULAR = tr_later("regular")
    TILTED = tr_later("tilted")
    IRREGULAR = tr_later("irregular")
    GAPPED = tr_later("gapped")
    SINGLE = tr_later("single")
    NO_GEOMETRY = tr_later("no geometry")


def _read_only(array: Float) -> Float:
    array = np.array(array, dtype=np.float64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Grid:
    """The sampling grid of a stack of parallel slices.

    Parameters
    ----------
    shape_kji
        Number of slices, rows, columns.
    slice_positions_lps_mm
        (K, 3) centre of voxel (k, 0, 0) of every slice (ImagePositionPatient), ordered along
        the slice normal.
    column_step_lps_mm, row_step_lps_mm
        (3,) step from column i to i + 1, and from row j to j + 1.
    geometry
        What is known about the positions.
    slice_thicknesses_mm
        (K,) SliceThickness, NaN where unknown; None where no slice states one.
    """

    shape_kji: tuple[int, int, int]
    slice_positions_lps_mm: Float
    column_step_lps_mm: Float
    row_step_lps_mm: Float
    geometry: GeometryClass = GeometryClass.REGULAR
    slice_thicknesses_mm: Float | None = None

    def __post_init__(self) -> None:
        if self.slice_thicknesses_mm is not None:
            thicknesses = _read_only(self.slice_thicknesses_mm)
            if thicknesses.shape != (self.shape_kji[0],):
                raise ValueError("one thickness per slice is needed")
            object.__setattr__(self, "slice_thicknesses_mm", thicknesses)
        for name in ("slice_positions_lps_mm", "column_step_lps_mm", "row_step_lps_mm"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))
        if self.slice_positions_lps_mm.shape != (self.shape_kji[0], 3):
            raise ValueError("one position per slice is needed")

    @cached_property
    def normal_lps(self) -> Float:
        """(3,) unit vector across the slices, column direction x row direction."""
        normal = np.cross(self.column_step_lps_mm, self.row_step_lps_mm)
        return _read_only(normal / np.linalg.norm(normal))

    @cached_property
    def slice_offsets_mm(self) -> Float:
        """(K,) signed distance of every slice along the normal from the first slice."""
        offsets = (self.slice_positions_lps_mm - self.slice_positions_lps_mm[0]) @ self.normal_lps
        return _read_only(offsets)

    @cached_property
    def gaps_mm(self) -> Float:
        """(K - 1,) distances between neighbouring slices along the normal."""
        return _read_only(np.diff(self.slice_offsets_mm))

    @cached_property
    def slice_step_lps_mm(self) -> Float:
        """(3,) mean step between slices; the normal times 1 mm where there is one slice only."""
        count = self.shape_kji[0]
        if count < 2:
            return self.normal_lps
        positions = self.slice_positions_lps_mm
        return _read_only((positions[-1] - positions[0]) / (count - 1))

    @cached_property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of voxel centres (k, j, i); k is the median gap measured from positions."""
        k_mm = float(np.median(self.gaps_mm)) if self.shape_kji[0] > 1 else 1.0
        return (
            k_mm,
            float(np.linalg.norm(self.row_step_lps_mm)),
            float(np.linalg.norm(self.column_step_lps_mm)),
        )

    @cached_property
    def tilt_deg(self) -> float:
        """Angle between the line of slice positions and the slice normal, unsigned."""
        step = self.slice_step_lps_mm
        along = float(step @ self.normal_lps)
        across = float(np.linalg.norm(step - along * self.normal_lps))
        return float(np.degrees(np.arctan2(across, abs(along))))

    @cached_property
    def affine(self) -> Float:
        """(4, 4) voxel (k, j, i, 1) to LPS mm; sheared where tilted, a mean where irregular."""
        affine = np.eye(4)
        affine[:3, 0] = self.slice_step_lps_mm
        affine[:3, 1] = self.row_step_lps_mm
        affine[:3, 2] = self.column_step_lps_mm
        affine[:3, 3] = self.slice_positions_lps_mm[0]
        return _read_only(affine)

    @cached_property
    def expected_gaps_mm(self) -> Float:
        """(K - 1,) distances that the rest of the series and the slice thicknesses suggest."""
        gaps = self.gaps_mm
        if not len(gaps):
            return gaps
        thicknesses = self._known_thicknesses_mm
        if thicknesses is not None:
            between = (thicknesses[:-1] + thicknesses[1:]) / 2
            return _read_only(between * np.median(gaps / between))
        # Without thicknesses a change of spacing looks like a gap, unless it goes on.
        padded = np.concatenate([[0.0], gaps, [0.0]])
        beside = np.maximum(padded[:-2], padded[2:])
        return _read_only(np.maximum(np.median(gaps), beside))

    @cached_property
    def missing_slices(self) -> NDArray[np.int64]:
        """(K - 1,) number of slices that seem to be missing between k and k + 1."""
        expected = self.expected_gaps_mm
        ratio = np.divide(
            self.gaps_mm, expected, out=np.ones_like(self.gaps_mm), where=expected > 0
        )
        missing = np.where(ratio > GAP_FACTOR, np.maximum(np.rint(ratio) - 1, 1), 0)
        missing = np.asarray(missing, dtype=np.int64)
        missing.flags.writeable = False
        return missing

    @cached_property
    def slice_reaches_mm(self) -> tuple[Float, Float]:
        """(K,) how far each slice stands towards the one before, and towards the one after.

        The space between two slices is shared in proportion to their thicknesses (by halves
        where those are unknown). Where slices are missing, each side stands only for half of
        the expected distance: what was not scanned is not counted. NaN for a single slice.
        """
        count = self.shape_kji[0]
        if count < 2:
            return _read_only(np.array([np.nan])), _read_only(np.array([np.nan]))
        thicknesses = self._known_thicknesses_mm
        if thicknesses is None:
            thicknesses = np.ones(count)
        part = thicknesses[:-1] / (thicknesses[:-1] + thicknesses[1:])
        gaps = np.where(self.missing_slices > 0, self.expected_gaps_mm, self.gaps_mm)
        after, before = gaps * part, gaps * (1 - part)
        # The outermost slices reach outward as far as they reach inward.
        after = np.append(after, before[-1])
        before = np.insert(before, 0, after[0])
        return _read_only(before), _read_only(after)

    @cached_property
    def slice_weights_mm(self) -> Float:
        """(K,) thickness that each slice stands for, for volumes; NaN for a single slice."""
        before, after = self.slice_reaches_mm
        return _read_only(before + after)

    @property
    def _known_thicknesses_mm(self) -> Float | None:
        thicknesses = self.slice_thicknesses_mm
        if thicknesses is None or not (np.isfinite(thicknesses) & (thicknesses > 0)).all():
            return None
        return thicknesses

    @cached_property
    def voxel_ml(self) -> Float:
        """(K,) volume of one voxel of every slice in mL; NaN for a single slice."""
        area_mm2 = np.linalg.norm(np.cross(self.column_step_lps_mm, self.row_step_lps_mm))
        return _read_only(self.slice_weights_mm * area_mm2 / 1000.0)

    def lps_mm(self, kji: Float) -> Float:
        """Patient positions of voxel indices.

        Parameters
        ----------
        kji
            (..., 3) indices, fractions allowed; k beyond the ends extrapolates linearly.

        Returns
        -------
        (..., 3) LPS mm.
        """
        kji = np.asarray(kji, dtype=np.float64)
        within = kji[..., 1:2] * self.row_step_lps_mm + kji[..., 2:3] * self.column_step_lps_mm
        return np.asarray(self._slice_origin(kji[..., 0]) + within)

    def kji(self, lps_mm: Float) -> Float:
        """Voxel indices (fractions) of patient positions; the inverse of `lps_mm`.

        Parameters
        ----------
        lps_mm
            (..., 3) LPS mm.

        Returns
        -------
        (..., 3) indices.
        """
        lps_mm = np.asarray(lps_mm, dtype=np.float64)
        offset_mm = (lps_mm - self.slice_positions_lps_mm[0]) @ self.normal_lps
        k = self._slice_index(offset_mm)
        within = lps_mm - self._slice_origin(k)
        return np.concatenate([k[..., None], within @ self._ji_per_mm], axis=-1)

    def kji_of_sheet(self, rows_lps_mm: Float, columns_lps_mm: Float) -> tuple[Float, ...]:
        """As `kji`, of all points that are the sum of a row's and a column's position.

        Without a vector for every point it takes a fraction of the time.

        Parameters
        ----------
        rows_lps_mm, columns_lps_mm
            (R, 3) and (C, 3) LPS mm.

        Returns
        -------
        k, j, i, each (R, C), or with a length of 1 for R or C where nothing changes along it.
        """

        def along(direction: Float) -> Float:
            down, right = rows_lps_mm @ direction, columns_lps_mm @ direction
            # Without a tilt a whole row lies in one slice, which is then looked for once.
            down, right = (one[:1] if np.ptp(one) < _SAME else one for one in (down, right))
            return np.asarray(down[:, None] + right)

        k = self._slice_index(
            along(self.normal_lps) - self.slice_positions_lps_mm[0] @ self.normal_lps
        )
        within = (
            along(mm) - self._between_slices(self._origins @ mm, k) for mm in self._ji_per_mm.T
        )
        return k, *within

    @cached_property
    def _ji_per_mm(self) -> Float:
        """(3, 2) from LPS mm within a slice to rows and columns."""
        in_plane = np.stack([self.row_step_lps_mm, self.column_step_lps_mm], axis=1)
        return _read_only(np.asarray(np.linalg.pinv(in_plane).T, dtype=np.float64))

    def _slice_origin(self, k: Float) -> Float:
        """(..., 3) position of voxel (k, 0, 0), linear between slices and beyond the ends."""
        return self._between_slices(self._origins, k)

    @cached_property
    def _origins(self) -> Float:
        """(K, 3) positions of the slices; of a single slice also where a second one would be."""
        positions = self.slice_positions_lps_mm
        if len(positions) > 1:
            return positions
        return _read_only(np.stack([positions[0], positions[0] + self.slice_step_lps_mm]))

    @staticmethod
    def _between_slices(of_slices: Float, k: Float) -> Float:
        """What is known of every slice at fractions of k, linear between and beyond them."""
        low = np.clip(np.floor(k), 0, len(of_slices) - 2).astype(int)
        part = (k - low).reshape(k.shape + (1,) * (of_slices.ndim - 1))
        return np.asarray(of_slices[low] * (1 - part) + of_slices[low + 1] * part)

    def _slice_index(self, offset_mm: Float) -> Float:
        if self.shape_kji[0] < 2:
            return np.asarray(offset_mm, dtype=np.float64)
        table = self.slice_offsets_mm
        low = np.clip(np.searchsorted(table, offset_mm, side="right") - 1, 0, len(table) - 2)
        return np.asarray(low + (offset_mm - table[low]) / (table[low + 1] - table[low]))
