"""Normalised surface distance: how much of two surfaces lies within a tolerance of the other."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ichviewer.imaging.grid import Grid

Bools = NDArray[np.bool_]

#: Two borders this near to each other count as the same.
TOLERANCE_MM = 2.0


def surface_dice(first: Bools, second: Bools, grid: Grid) -> float:
    """Share of both surfaces within the tolerance (Nikolov et al. 2021, doi:10.2196/26151).

    A surface is the voxels that have a neighbour outside by a face; each counts once. Distances
    are those of voxel centres in the patient, so tilt and uneven slices are right.

    Parameters
    ----------
    first, second
        (K, J, I) regions on the grid; one slice is taken as a plane.

    Returns
    -------
    0 to 1; NaN where both are empty, 0 where one is.
    """
    surfaces = [_surface_lps_mm(region, grid) for region in (first, second)]
    counts = [len(surface) for surface in surfaces]
    if not all(counts):
        return 0.0 if any(counts) else float("nan")
    trees = [KDTree(surface) for surface in surfaces]
    limit = TOLERANCE_MM * (1 + 1e-9)
    near = 0
    for surface, tree in zip(surfaces, reversed(trees), strict=True):
        distances, _ = tree.query(surface, distance_upper_bound=limit + 1e-9)
        near += int((distances <= limit).sum())
    return near / sum(counts)


def _surface_lps_mm(region: Bools, grid: Grid) -> NDArray[np.float64]:
    if not region.any():
        return np.zeros((0, 3))
    flat = np.asarray(region.any(axis=0))
    lines = region.any(axis=(1, 2)), flat.any(axis=1), flat.any(axis=0)
    ends = [np.flatnonzero(line)[[0, -1]] for line in lines]
    box = tuple(slice(low, high + 1) for low, high in ends)
    part = np.pad(region[box], 1)
    inner = part[1:-1, 1:-1, 1:-1].copy()
    axes = (1, 2) if grid.shape_kji[0] == 1 else (0, 1, 2)
    for axis in axes:
        for step in (1, -1):
            inner &= np.roll(part, step, axis)[1:-1, 1:-1, 1:-1]
    kji = np.argwhere(region[box] & ~inner) + np.array([low for low, _ in ends])
    return grid.lps_mm(kji.astype(np.float64))
