"""The prior series as it would look on the current series' slices."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.resample import OUTSIDE_HU, regular_grid
from ichviewer.imaging.rigid import RigidTransform
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

_EVEN = (GeometryClass.REGULAR, GeometryClass.TILTED)


def even_grid(grid: Grid) -> Grid:
    """The grid itself where its slices are evenly spaced, else the regular one that covers it."""
    return grid if grid.geometry in _EVEN else regular_grid(grid)


def on_grid(
    volume: Volume, motion: RigidTransform, target: Grid, progress: Progress = silent
) -> Volume:
    """A volume interpolated linearly at the voxels of another grid.

    Parameters
    ----------
    motion
        From LPS mm of the target to LPS mm of the volume.
    target
        Where the voxels shall be.
    progress
        Called once per slice.

    Returns
    -------
    Voxels where the volume was not scanned are `OUTSIDE_HU` and marked as padding.
    """
    count, rows, columns = target.shape_kji
    hu = np.empty(target.shape_kji, dtype=volume.hu.dtype)
    outside = np.zeros(target.shape_kji, dtype=np.bool_)
    limits = np.array(volume.shape_kji) - 1
    for k in range(count):
        progress(k, count, tr("Resampling the prior series"))
        index = np.stack(np.broadcast_arrays(k, *np.ogrid[:rows, :columns]), axis=-1)
        at = volume.grid.kji(motion.apply(target.lps_mm(index.astype(np.float64))))
        outside[k] = ~((at >= -0.5) & (at <= limits + 0.5)).all(axis=-1)
        low, high = np.floor(at[..., 0].min()), np.ceil(at[..., 0].max()) + 1
        first = int(np.clip(low, 0, limits[0]))
        near = volume.hu[first : int(np.clip(high, first + 1, limits[0] + 1))].astype(np.float32)
        at[..., 0] -= first
        plane = ndimage.map_coordinates(near, np.moveaxis(at, -1, 0), order=1, mode="nearest")
        hu[k] = np.where(outside[k], OUTSIDE_HU, np.rint(plane) if hu.dtype == np.int16 else plane)
    note = tr("The prior series, interpolated on the slices of the current one.")
    padding = outside if outside.any() else None
    return replace(volume, hu=hu, grid=target, padding=padding, notes=(*volume.notes, note))
