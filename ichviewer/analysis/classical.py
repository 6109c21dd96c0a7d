"""The second reader: no network, only the densities inside the brain (k-means and binarisation).

It knows nothing of shapes, so it finds what is denser than brain and nothing that is not; its use
is that it errs in other ways than a network does.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.cluster import KMeans

from ichviewer.analysis.head import BONE_HU, Head

_LEAST_PX = 4000
#: From this depth under the skull on, brain is deep; nearer, its rim is corrected by this at most.
_DEEP_MM = 16
_RIM_HU = 25.0
_LEAST_RING_PX = 30
_CLUSTERS = range(2, 8)
_SMOOTH_PX = 1.0
_RIM_PX = 2
#: Fresh blood is denser than grey matter (37 HU) by more than the spread of either, and below
#: calcium; the border that k-means proposes is held inside this range.
_BLOOD_FROM_HU = (46.0, 60.0)
_BLOOD_TO_HU = 110.0
_SMALLEST_PX = 20
#: What lies nearer to the skull than this and is thinner than twice that is rim, not a collection.
_RIM_DEPTH_MM = 6.0
_RIM_HALF_MM = 1.6
#: As many pixels of calcium as this share of a region make the region its halo.
_HALO_SHARE = 0.1


def find_dense(head: Head, cavity: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """What is denser than brain and less dense than calcium, inside the brain.

    Parameters
    ----------
    head
        Slabs of 5 mm, pixels of 1 mm.
    cavity
        (N, S, S) where there can be brain, by an atlas laid over the head: keeps orbits and face
        out where the skull base is open. None where no atlas fits.

    Returns
    -------
    (N, S, S) bool.
    """
    smooth = ndimage.gaussian_filter(head.hu, (0.0, _SMOOTH_PX, _SMOOTH_PX))
    brain = head.brain if cavity is None else head.brain & cavity
    depth_mm = np.stack([ndimage.distance_transform_edt(plane) for plane in brain])
    inside = depth_mm > _RIM_PX
    smooth -= rim_hu(smooth, np.where(inside, depth_mm, 0.0))
    sample = smooth[inside]
    if sample.size < _LEAST_PX:
        return np.zeros_like(head.brain)
    border_hu = blood_border_hu(sample)
    dense = inside & (smooth >= border_hu) & (smooth < _BLOOD_TO_HU)
    dense &= ~_beside_bone(head.hu)
    return _without_rim_and_calcium(dense, head.hu, np.where(inside, depth_mm, 0.0))


def _beside_bone(hu: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels with bone right above or below them: a slab that ends in bone is brightened by it."""
    bone = hu > BONE_HU
    beside = np.zeros_like(bone)
    beside[:-1] |= bone[1:]
    beside[1:] |= bone[:-1]
    return beside


def _without_rim_and_calcium(
    dense: NDArray[np.bool_], hu: NDArray[np.float32], depth_mm: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Regions large enough to be blood, neither thin lines along the skull nor halos of calcium."""
    labels, count = ndimage.label(dense)
    if not count:
        return dense
    numbers = np.arange(count + 1)
    size = np.bincount(labels.ravel(), minlength=count + 1)
    half_mm = np.stack([ndimage.distance_transform_edt(plane) for plane in dense])
    is_thick = ndimage.maximum(half_mm, labels, numbers) >= _RIM_HALF_MM
    is_deep = ndimage.mean(depth_mm, labels, numbers) >= _RIM_DEPTH_MM
    calcium = (hu >= _BLOOD_TO_HU) & (depth_mm >= _RIM_DEPTH_MM)
    near = ndimage.grey_dilation(labels, size=(1, 5, 5))
    halo = np.bincount(near[calcium], minlength=count + 1) >= _HALO_SHARE * size
    keep = (size >= _SMALLEST_PX) & (is_thick | is_deep) & ~halo
    keep[0] = False
    return np.asarray(keep[labels])


def rim_hu(hu: NDArray[np.float32], depth_mm: NDArray[np.float64]) -> NDArray[np.float32]:
    """How much brighter each depth under the skull is than the deep brain, slab by slab.

    Beam hardening and the skull's own blur lend the brain's rim up to some 20 HU. The median over
    a whole ring of one depth does not follow a hemorrhage that fills less than half of it.
    """
    ring = np.minimum(np.ceil(depth_mm), _DEEP_MM).astype(np.intp)
    deep = hu[ring == _DEEP_MM]
    deep_hu = float(np.median(deep)) if deep.size else np.inf
    excess = np.zeros((len(hu), _DEEP_MM + 1), np.float32)
    for n, plane in enumerate(ring):
        for depth in range(1, _DEEP_MM + 1):
            values = hu[n][plane == depth]
            if values.size >= _LEAST_RING_PX:
                excess[n, depth] = np.clip(np.median(values) - deep_hu, 0, _RIM_HU)
    return np.take_along_axis(excess[:, :, None], ring.reshape(len(hu), -1, 1), 1).reshape(hu.shape)


def blood_border_hu(sample: NDArray[np.float32]) -> float:
    """The HU at which k-means, k by the elbow, parts the densest cluster from the rest.

    The clusters are those of all pixels rounded to 1 HU: each HU counts as often as it occurs.
    """
    kept = np.rint(sample[(sample > 0) & (sample < _BLOOD_TO_HU)]).astype(np.intp)
    counts = np.bincount(kept)
    values = np.flatnonzero(counts)
    fits = [_fit(values, counts[values], k) for k in _CLUSTERS if k < len(values)]
    if not fits:
        return _BLOOD_FROM_HU[1]
    best = fits[elbow([float(fit.inertia_) for fit in fits])]
    centers = np.sort(best.cluster_centers_.ravel())
    return float(np.clip((centers[-1] + centers[-2]) / 2, *_BLOOD_FROM_HU))


def elbow(inertias: list[float]) -> int:
    """Index of the value farthest below the line from the first value to the last."""
    values = np.asarray(inertias)
    line = np.linspace(values[0], values[-1], len(values))
    return int(np.argmax(line - values))


def _fit(values: NDArray[np.intp], counts: NDArray[np.intp], k: int) -> KMeans:
    share = np.cumsum(counts) / counts.sum()
    start = values[np.searchsorted(share, (np.arange(k) + 0.5) / k)]
    if len(np.unique(start)) < k:
        start = np.linspace(values[0], values[-1], k)
    clusters = KMeans(k, init=start[:, None].astype(np.float64), n_init=1, max_iter=100)
    return clusters.fit(values[:, None].astype(np.float64), sample_weight=counts)
