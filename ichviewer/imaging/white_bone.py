"""Bone of a picture whose white is less than bone has: what of its white is skull, and its HU.

Cut off at white, bone cannot be told from dense blood by its HU. But what surrounds much that is
darker, or lies outside of that, can only be bone; and the nearer to what it surrounds, the more
likely is blood that touches it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

#: Compact bone has about as much.
_BONE_HU = 1000.0
#: Bone is given that this far from what it encloses, and less on the way there.
_RISE_MM = 6.0
#: Gaps of the skull (sutures, foramina) are bridged up to twice this.
_BRIDGE_MM = 4.0
#: A part of the skull comes this near to its outside.
_OUTSIDE_MM = 3.0
#: What is enclosed is wider than this at once, so that air cells are not meant, ...
_WIDE_MM = 3.0
#: ... and larger.
_ENCLOSED_MM2 = 300.0
#: Where nothing is enclosed, larger white areas are bone.
_PIECE_MM2 = 20.0
_TOUCHING = np.ones((3, 3))


def bone_hu(
    white: NDArray[np.bool_], spacing_mm: tuple[float, float], white_hu: float
) -> tuple[NDArray[np.float64], bool]:
    """HU of the white that is bone.

    Parameters
    ----------
    white : bool [J, I]
        Where the picture is white.
    spacing_mm
        Distance of rows, distance of columns.
    white_hu
        What white stands for, less than bone has.

    Returns
    -------
    hu : float64 [J, I]
        NaN where there is no bone.
    is_ring
        Whether it surrounds much that is darker. Where it does not, as at the skull's base, every
        larger white area is taken for bone, and dense blood with it.
    """
    labels, count = ndimage.label(white, structure=_TOUCHING)
    filled = _filled(white, spacing_mm)
    # The picture's edge is outside.
    is_outside = _distance_mm(np.pad(filled, 1), spacing_mm)[1:-1, 1:-1] <= _OUTSIDE_MM
    is_bone = np.zeros(count + 1, bool)
    is_bone[np.unique(labels[is_outside])] = True
    is_bone[0] = False
    enclosed = _enclosed(filled & ~is_bone[labels], spacing_mm)
    if not enclosed.any():
        areas_mm2 = np.bincount(labels.ravel()) * spacing_mm[0] * spacing_mm[1]
        is_bone[1:] = areas_mm2[1:] >= _PIECE_MM2
        return np.where(is_bone[labels], _BONE_HU, np.nan), False
    share = np.minimum(_distance_mm(~enclosed, spacing_mm) / _RISE_MM, 1.0)
    return np.where(is_bone[labels], white_hu + share * (_BONE_HU - white_hu), np.nan), True


def _filled(white: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> NDArray[np.bool_]:
    """White with its gaps bridged, and all that it surrounds then."""
    margin_px = int(np.ceil(_BRIDGE_MM / min(spacing_mm))) + 1
    padded = np.pad(white, margin_px)
    near = _distance_mm(~padded, spacing_mm) <= _BRIDGE_MM
    bridged = padded | (_distance_mm(near, spacing_mm) > _BRIDGE_MM)
    inner = np.s_[margin_px:-margin_px, margin_px:-margin_px]
    return np.asarray(ndimage.binary_fill_holes(bridged)[inner])


def _enclosed(region: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> NDArray[np.bool_]:
    """The large and wide parts of a region."""
    core = _distance_mm(region, spacing_mm) > _WIDE_MM / 2
    labels, _ = ndimage.label(core)
    is_large = np.bincount(labels.ravel()) * spacing_mm[0] * spacing_mm[1] >= _ENCLOSED_MM2
    is_large[0] = False
    large = np.asarray(is_large[labels])
    if not large.any():
        return large
    return np.asarray(region & (_distance_mm(~large, spacing_mm) <= _WIDE_MM / 2))


def _distance_mm(region: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> NDArray[np.float64]:
    """How far every pixel of a region lies within it; the picture's edge is no border."""
    if region.all():
        return np.full(region.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(region, sampling=spacing_mm))
