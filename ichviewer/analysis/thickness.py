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
    planes = [_filled(plane) for plane in inside if plane.any()]
    reach_mm = [_reach_mm(plane, spacing_ji_mm) for plane in planes]
    # Parts lie a third of a pixel's diagonal at most from its middle, at either end of a reach.
    unsure_mm = 4 / 3 * float(np.hypot(*spacing_ji_mm))
    least_mm = max(reach_mm) - unsure_mm
    thickest = (p for p, mm in zip(planes, reach_mm, strict=True) if mm >= least_mm)
    return max(_plane_mm(plane, spacing_ji_mm) for plane in thickest)


def _filled(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of a plane that holds the region, without holes, in a frame of one pixel."""
    rows, columns = ndimage.find_objects(plane.astype(np.uint8))[0]
    return np.asarray(ndimage.binary_fill_holes(np.pad(plane[rows, columns], 1)))


def _plane_mm(filled: NDArray[np.bool_], spacing_ji_mm: tuple[float, float]) -> float:
    fine = filled.repeat(_PARTS, axis=0).repeat(_PARTS, axis=1)
    row_mm, column_mm = (mm / _PARTS for mm in spacing_ji_mm)
    # The nearest pixel outside is half a pixel farther than the border.
    return 2 * _reach_mm(fine, (row_mm, column_mm)) - float(np.sqrt(row_mm * column_mm))


def _reach_mm(filled: NDArray[np.bool_], spacing_ji_mm: tuple[float, float]) -> float:
    """How far the deepest pixel is from the nearest one outside."""
    return float(ndimage.distance_transform_edt(filled, sampling=spacing_ji_mm).max())
