"""Between indices of a head's slabs, as they are or coarser, and patient positions."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.head import Head
from ichviewer.imaging.grid import Grid

Float = NDArray[np.float64]


class SlabFrame:
    """Where the pixels of a head's slabs lie in the patient.

    Parameters
    ----------
    grid
        Of the Volume that the head was found in.
    head
        Its slabs.
    coarse_px
        Pixels of a slab that are one step of the indices, along rows and columns.
    """

    def __init__(self, grid: Grid, head: Head, coarse_px: int = 1) -> None:
        slab_of_k = head.prepared.slab_of_k
        sizes = np.bincount(slab_of_k)
        centers = np.bincount(slab_of_k, weights=np.arange(len(slab_of_k))) / sizes
        self._grid = grid
        self._coarse = coarse_px
        self._k_of_slab: Float = centers
        self._order = np.argsort(centers)
        self._first = np.array(head.prepared.grid.first_ji)
        self._step = np.array(head.prepared.grid.step_ji)

    def k(self, slab: int) -> int:
        """The slice in the middle of a slab."""
        return int(self._k_of_slab[slab])

    def lps_mm(self, index: Float) -> Float:
        """(N, 3) positions of (N, 3) slab (whole), row and column indices."""
        k = self._k_of_slab[index[:, 0].astype(int)]
        fine = index[:, 1:] * self._coarse + (self._coarse - 1) / 2
        return self._grid.lps_mm(np.concatenate([k[:, None], self._first + fine * self._step], 1))

    def index(self, lps_mm: Float) -> Float:
        """(N, 3) slab, row and column indices (fractions) of (N, 3) positions."""
        kji = self._grid.kji(lps_mm)
        fine = (kji[:, 1:] - self._first) / self._step
        in_plane = (fine - (self._coarse - 1) / 2) / self._coarse
        return np.concatenate([self._slab(kji[:, 0])[:, None], in_plane], axis=1)

    def _slab(self, k: Float) -> Float:
        """Fractional slab numbers; beyond the ends they run on, so that they can be told."""
        centers = self._k_of_slab[self._order]
        if len(centers) == 1:
            return np.zeros_like(k)
        slab = np.interp(k, centers, self._order.astype(np.float64))
        sign = 1.0 if self._order[0] == 0 else -1.0
        per_slab = (centers[-1] - centers[0]) / (len(centers) - 1)
        over = np.maximum(k - centers[-1], 0) - np.maximum(centers[0] - k, 0)
        return np.asarray(slab + sign * over / per_slab)
