"""Evidence maps (class activation maps): where in a slice the detector saw what it says.

Kept as the network gave them, some 28 pixels wide, with the place of their square on the Volume's
rows and columns; a map of one slice on its own pixels is made when it is wanted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.plane import Axis

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EvidenceMaps:
    """Evidence maps of the slabs that were read.

    Parameters
    ----------
    maps
        (N, 6, h, w) float16 0-1, columns as `PROBABILITY_COLUMNS`. Read-only.
    slab_of_k
        (K,) the slab of every slice, -1 where the slice was not read. Read-only.
    shape_ji
        Rows and columns of the Volume's slices.
    first_ji, step_ji
        Centre of the model's first pixel, and its steps, in the Volume's row and column indices.
    size_px
        Pixels of the model's square, which the maps cover whole.
    """

    maps: NDArray[np.float16]
    slab_of_k: NDArray[np.intp]
    shape_ji: tuple[int, int]
    first_ji: tuple[float, float]
    step_ji: tuple[float, float]
    size_px: int

    def __post_init__(self) -> None:
        self.maps.flags.writeable = False
        self.slab_of_k.flags.writeable = False

    def plane(self, k: int, column: int) -> Floats:
        """The map of one slice.

        Parameters
        ----------
        k
            Slice of the Volume.
        column
            Of `PROBABILITY_COLUMNS`: 0 any hemorrhage, else the label of a type.

        Returns
        -------
        (J, I) float32 0-1, bilinear between the map's pixels, 0 outside the model's square and on
        slices that were not read.
        """
        slab = int(self.slab_of_k[k])
        if slab < 0:
            return np.zeros(self.shape_ji, np.float32)
        coarse = self.maps[slab, column].astype(np.float32)
        rows, columns = (self._weights(axis) for axis in (0, 1))
        return np.asarray(rows @ coarse @ columns.T, dtype=np.float32)

    def cut(self, axis: Axis, index: int, column: int) -> Floats:
        """One cut along any voxel axis, each slice with its own slab's map: nothing is blended.

        Parameters
        ----------
        axis, index
            The voxel index that the cut keeps fixed, and its value.
        column
            As `plane` takes it.

        Returns
        -------
        As a Volume of this cut alone: (1, J, I), (K, 1, I) or (K, J, 1).
        """
        if axis is Axis.K:
            return self.plane(index, column)[None]
        rows, columns = (self._weights(one) for one in (0, 1))
        if axis is Axis.J:
            rows = rows[index : index + 1]
        else:
            columns = columns[index : index + 1]
        slabs = rows @ self.maps[:, column].astype(np.float32) @ columns.T
        # Slices that were not read belong to slab -1, the last one: an empty one.
        empty = np.zeros((1, *slabs.shape[1:]), np.float32)
        return np.asarray(np.concatenate([slabs, empty])[self.slab_of_k], dtype=np.float32)

    def slab_mm(self, slice_weights_mm: NDArray[np.float64]) -> float:
        """How far along the slices' normal one map reaches, in mm; the median of all.

        Parameters
        ----------
        slice_weights_mm
            (K,) what each slice of the Volume stands for.
        """
        is_read = self.slab_of_k >= 0
        slabs_mm = np.bincount(self.slab_of_k[is_read], slice_weights_mm[is_read])
        return float(np.median(slabs_mm)) if slabs_mm.size else float("nan")

    def _weights(self, axis: int) -> Floats:
        """(length, map pixels) linear weights of one axis; level at the border of the square."""
        map_px = self.maps.shape[axis + 2]
        at_px = (np.arange(self.shape_ji[axis]) - self.first_ji[axis]) / self.step_ji[axis]
        at = (at_px + 0.5) * map_px / self.size_px - 0.5
        clipped = np.clip(at, 0, map_px - 1)
        weights = np.maximum(0.0, 1.0 - np.abs(clipped[:, None] - np.arange(map_px)))
        weights[(at < -0.5) | (at > map_px - 0.5)] = 0.0
        return np.asarray(weights, dtype=np.float32)
