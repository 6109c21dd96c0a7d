"""What the skull encloses in a slice, real or simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.fields import Floats

_SKULL_HU = 130.0
_LEAST_INSIDE_MM2 = 5000.0


def inside_skull(hu: Floats, px_mm: float) -> NDArray[np.bool_] | None:
    """What a closed skull encloses in a slice, or None where there is too little of it."""
    bone = hu > _SKULL_HU
    filled = ndimage.binary_fill_holes(ndimage.binary_closing(bone, iterations=3)) & ~bone
    labels, found = ndimage.label(ndimage.binary_opening(filled, iterations=2))
    if not found:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    inside: NDArray[np.bool_] = labels == sizes.argmax()
    return inside if inside.sum() * px_mm**2 >= _LEAST_INSIDE_MM2 else None
