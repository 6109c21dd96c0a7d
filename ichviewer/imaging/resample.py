"""A volume on a regular grid: tilt and uneven spacing resampled, and said so.

For programs that know only one affine. The program itself never measures on it: in the native
volume every slice keeps its position.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.errors import GeometryError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

#: HU of voxels that no slice covers.
OUTSIDE_HU = -1024
#: A slice this close to a regular position is taken as it is.
_SAME_MM = 1e-6


def regular_grid(grid: Grid, spacing_mm: float | None = None) -> Grid:
    """The grid of parallel, evenly spaced slices that covers all of another grid.

    Parameters
    ----------
    grid
        With slice positions; not of one slice.
    spacing_mm
        Distance of its slices; the median distance of the given slices where not stated.

    Returns
    -------
    Grid with the same orientation and pixel spacing; its slices stand upright on one another.

    Raises
    ------
    GeometryError
        The slices have no positions, or there is only one.
    """
    if grid.geometry in (GeometryClass.NO_GEOMETRY, GeometryClass.SINGLE):
        raise GeometryError(
            tr("A series with geometry {geometry} cannot be resampled.", geometry=tr(grid.geometry))
        )
    spacing_mm = spacing_mm or grid.spacing_mm[0]
    steps = np.stack([grid.row_step_lps_mm, grid.column_step_lps_mm], axis=1)
    # Where each slice's first voxel lies within the plane of the first slice, in pixels.
    shifts = (grid.slice_positions_lps_mm - grid.slice_positions_lps_mm[0]) @ np.linalg.pinv(
        steps
    ).T
    low = np.floor(shifts.min(axis=0) + 1e-6)
    extra = np.ceil(shifts.max(axis=0) - 1e-6) - low
    count = int(np.floor(grid.slice_offsets_mm[-1] / spacing_mm + 1e-3)) + 1
    first = grid.slice_positions_lps_mm[0] + steps @ low
    return Grid(
        (count, grid.shape_kji[1] + int(extra[0]), grid.shape_kji[2] + int(extra[1])),
        first + np.arange(count)[:, None] * spacing_mm * grid.normal_lps,
        column_step_lps_mm=grid.column_step_lps_mm,
        row_step_lps_mm=grid.row_step_lps_mm,
        geometry=GeometryClass.REGULAR if count > 1 else GeometryClass.SINGLE,
    )


def to_regular(
    volume: Volume, progress: Progress = silent, spacing_mm: float | None = None
) -> Volume:
    """A volume on the regular grid that covers it, linear between voxels and between slices.

    Parameters
    ----------
    progress
        Called once per slice.
    spacing_mm
        As for `regular_grid`.

    Returns
    -------
    The volume itself where it is regular already and no spacing is asked for. Voxels that no
    slice covers are `OUTSIDE_HU` and marked as padding.

    Raises
    ------
    GeometryError
        The slices have no positions, or there is only one.
    """
    if volume.geometry is GeometryClass.REGULAR and spacing_mm is None:
        return volume
    target = regular_grid(volume.grid, spacing_mm)
    voxels = np.empty(target.shape_kji, dtype=volume.hu.dtype)
    outside = np.zeros(target.shape_kji, dtype=np.bool_)
    shifted = _ShiftedSlices(volume, target)
    for k, offset_mm in enumerate(target.slice_offsets_mm):
        progress(k, len(voxels), tr("Resampling"))
        below, part = _neighbours(volume.grid, float(offset_mm))
        plane = shifted.plane(below)
        if part > _SAME_MM:
            plane = plane * (1 - part) + shifted.plane(below + 1) * part
        outside[k] = np.isnan(plane)
        filled = np.where(outside[k], OUTSIDE_HU, plane)
        voxels[k] = np.rint(filled) if voxels.dtype == np.int16 else filled
    progress(len(voxels), len(voxels), tr("Resampling"))
    return replace(
        volume,
        hu=voxels,
        grid=target,
        padding=outside if outside.any() else None,
        notes=(*volume.notes, _note(volume.grid, target)),
    )


class _ShiftedSlices:
    """Native slices in the plane of the target, the last two kept; NaN where they do not reach."""

    def __init__(self, volume: Volume, target: Grid) -> None:
        self._volume, self._target = volume, target
        steps = np.stack([target.row_step_lps_mm, target.column_step_lps_mm], axis=1)
        self._to_pixels = np.asarray(np.linalg.pinv(steps), dtype=np.float64)
        self._kept: dict[int, NDArray[np.float32]] = {}

    def plane(self, k: int) -> NDArray[np.float32]:
        """(rows, columns) of the target, from native slice k."""
        if k not in self._kept:
            positions = self._volume.slice_positions_lps_mm
            first = self._target.slice_positions_lps_mm[0]
            self._kept = {kept: self._kept[kept] for kept in self._kept if kept == k - 1}
            self._kept[k] = ndimage.affine_transform(
                self._volume.hu[k].astype(np.float32),
                np.ones(2),
                offset=self._to_pixels @ (first - positions[k]),
                output_shape=self._target.shape_kji[1:],
                order=1,
                cval=np.nan,
            )
        return self._kept[k]


def _neighbours(grid: Grid, offset_mm: float) -> tuple[int, float]:
    """The slice at or below an offset, and the share of the next one."""
    offsets = grid.slice_offsets_mm
    below = int(np.clip(np.searchsorted(offsets, offset_mm + _SAME_MM, "right") - 1, 0, None))
    if below >= len(offsets) - 1:
        return len(offsets) - 1, 0.0
    return below, float((offset_mm - offsets[below]) / (offsets[below + 1] - offsets[below]))


def _note(native: Grid, target: Grid) -> str:
    """What was done, in one sentence."""
    done = []
    if native.tilt_deg > 0.05:
        done.append(tr("a gantry tilt of {tilt_deg:.1f}° was removed", tilt_deg=native.tilt_deg))
    low, high = native.gaps_mm.min(), native.gaps_mm.max()
    if native.geometry in (GeometryClass.IRREGULAR, GeometryClass.GAPPED):
        done.append(
            tr("slices {low:.2f} to {high:.2f} mm apart were interpolated", low=low, high=high)
        )
    missing = int(native.missing_slices.sum())
    if missing:
        done.append(tr("{missing} missing slices were filled by interpolation", missing=missing))
    what = "; ".join(done) or tr("slices were interpolated")
    return tr(
        "Resampled to even slices of {step_mm:.2f} mm: {what}.",
        step_mm=target.spacing_mm[0],
        what=what,
    )
