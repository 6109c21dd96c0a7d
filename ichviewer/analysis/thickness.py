"""Thickness of a collection that lies along the skull, the falx or the tentorium."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

#: Parts of a pixel that are counted, so that even and odd widths are told apart.
_PARTS = 3


def thickness_mm(inside: NDArray[np.bool_], spacing_ji_mm: tuple[float, float]) -> float:
    """Largest thickness on any slice: the diameter of the largest circle that fits in.

    A circle that fits tightly touches the collection's outer and inner border, so its diameter is
    measured at a right angle to the skull, as on paper, and that of a crescent or a lens is its
    thickness. Exact to a third of a pixel for straight borders; on slices near the vertex, which
    cut the skull aslant, it is larger than across the skull (by 1 / cos of the slant).

    Parameters
    ----------
    inside
        (K, J, I) the region in its box.
    spacing_ji_mm
        Distance of rows and of columns.
    """
    return max(_plane_mm(plane, spacing_ji_mm) for plane in inside if plane.any())


def _plane_mm(plane: NDArray[np.bool_], spacing_ji_mm: tuple[float, float]) -> float:
    filled = ndimage.binary_fill_holes(np.pad(plane, 1))
    fine = filled.repeat(_PARTS, axis=0).repeat(_PARTS, axis=1)
    part_mm = [mm / _PARTS for mm in spacing_ji_mm]
    # The nearest pixel outside is half a pixel farther than the border.
    reach_mm = float(ndimage.distance_transform_edt(fine, sampling=part_mm).max())
    return 2 * reach_mm - float(np.sqrt(part_mm[0] * part_mm[1]))
