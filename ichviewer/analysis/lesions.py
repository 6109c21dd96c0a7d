"""Connected regions of a mask, in the patient's space rather than in the array's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.imaging.grid import Grid

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Region:
    """One connected region.

    Parameters
    ----------
    box
        Slices of (k, j, i) that hold it.
    inside
        True where the voxels of the box belong to it.
    """

    box: tuple[slice, slice, slice]
    inside: Bools

    def indices(self) -> NDArray[np.float64]:
        """(N, 3) voxel indices k, j, i."""
        start = np.array([s.start for s in self.box])
        return np.asarray(np.argwhere(self.inside) + start, dtype=np.float64)


def find_regions(mask: Bools, grid: Grid) -> tuple[Region, ...]:
    """Regions of voxels that touch by a face, edge or corner, in the order of the array.

    Under a tilted gantry neighbouring slices lie shifted against each other in the array (5 pixels
    for 4 mm at 18°), so slices are first laid above each other as they are in the patient.
    """
    box = _bounding_box(mask)
    if box is None:
        return ()
    shifts = slice_shifts_px(grid)[box[0]]
    shifts = shifts - shifts.min(axis=0)
    cropped = mask[box]
    straight = np.zeros((len(cropped), *(np.array(cropped.shape[1:]) + shifts.max(axis=0))), bool)
    for k, plane in enumerate(cropped):
        _window(straight[k], shifts[k], plane.shape)[...] = plane
    labelled, _ = ndimage.label(straight, np.ones((3, 3, 3)))
    labels = np.stack(
        [_window(labelled[k], shifts[k], cropped.shape[1:]) for k in range(len(cropped))]
    )
    regions = []
    for number, found in enumerate(ndimage.find_objects(labels), start=1):
        where = tuple(
            slice(outer.start + inner.start, outer.start + inner.stop)
            for outer, inner in zip(box, found, strict=True)
        )
        regions.append(Region((where[0], where[1], where[2]), labels[found] == number))
    return tuple(regions)


def slice_shifts_px(grid: Grid) -> NDArray[np.intp]:
    """(K, 2) whole pixels (rows, columns) by which each slice is displaced along its own plane."""
    offsets = grid.slice_positions_lps_mm - grid.slice_positions_lps_mm[0]
    in_plane = np.stack([grid.row_step_lps_mm, grid.column_step_lps_mm], axis=1)
    return np.asarray(np.rint(offsets @ np.linalg.pinv(in_plane).T), dtype=np.intp)


def _window(
    plane: NDArray[np.generic], shift: NDArray[np.intp], shape: tuple[int, ...]
) -> NDArray[np.generic]:
    j, i = int(shift[0]), int(shift[1])
    return plane[j : j + shape[0], i : i + shape[1]]


def _bounding_box(mask: Bools) -> tuple[slice, slice, slice] | None:
    k = np.flatnonzero(mask.any(axis=(1, 2)))
    if k.size == 0:
        return None
    flat = np.asarray(mask[k[0] : k[-1] + 1].any(axis=0))
    j, i = np.flatnonzero(flat.any(axis=1)), np.flatnonzero(flat.any(axis=0))
    return (
        slice(int(k[0]), int(k[-1]) + 1),
        slice(int(j[0]), int(j[-1]) + 1),
        slice(int(i[0]), int(i[-1]) + 1),
    )
