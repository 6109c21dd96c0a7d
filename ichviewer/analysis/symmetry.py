"""Left against right: how dense the place is that mirrors a region across the head's own midline.

Blood is rarely where its mirror is, while beam hardening, calcified plexus and dense sinuses are
much alike on both sides; so the difference speaks for or against a region.
"""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.mid_plane import Midline
from ichviewer.imaging.volume import Volume

#: Brain, fluid and blood; skull and air at the mirror place say nothing about it.
_SOFT_HU = (-20.0, 120.0)
_LEAST_SHARE = 0.5


def mirror_hu(
    kji: NDArray[np.float64], mask: NDArray[np.uint8], volume: Volume, midline: Midline
) -> float:
    """Mean HU of the soft tissue at the place that mirrors a region.

    Parameters
    ----------
    kji
        (N, 3) the region's voxels; each is mirrored to the nearest one.
    mask
        (K, J, I) labels; what is marked itself is nothing to compare with.
    volume
        The HU, and where the voxels are.
    midline
        The plane to mirror at.

    Returns
    -------
    NaN where less than half of the region has such a counterpart: a region across the midline,
    both sides marked, or the mirror place outside the images.
    """
    points = volume.grid.lps_mm(kji)
    mirrored = points - 2 * midline.left_mm(points)[:, None] * midline.normal_lps
    there = np.rint(volume.grid.kji(mirrored)).astype(np.intp)
    inside = ((there >= 0) & (there < volume.shape_kji)).all(axis=1)
    k, j, i = there[inside].T
    hu = volume.hu[k, j, i].astype(np.float64)
    counted = (mask[k, j, i] == 0) & (hu > _SOFT_HU[0]) & (hu < _SOFT_HU[1])
    if counted.sum() < _LEAST_SHARE * len(points):
        return float("nan")
    return float(hu[counted].mean())
