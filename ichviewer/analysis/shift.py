"""Midline shift: how far septum and third ventricle lie off the head's own midline.

The skull tells where the midline should be. Where it is, is told by the fluid of the frontal horns
and the third ventricle: the line about which they mirror themselves best.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import MidlineShift
from ichviewer.analysis.head import Head
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.place import Place
from ichviewer.analysis.slab_frame import SlabFrame
from ichviewer.imaging.volume import Volume

Float = NDArray[np.float64]

#: Heights and depths (atlas LPS mm) between the third ventricle and the septum's upper edge.
_HEIGHT_MM = (0.0, 20.0)
_FRONT_BACK_MM = (-26.0, 22.0)
_STEP_MM = 0.5
_REACH_MM = 22.0
_MOST_MM = 20.0
#: Fluid of up to 8 HU counts whole, brain (32 HU and more) not at all.
_FLUID_HU = (8.0, 28.0)
_SMOOTH_PX = 1.0
_LEAST_LIKENESS = 0.45
_LEAST_FLUID = 0.02
#: What a shift costs in likeness: without it flat maxima would drift.
_COST_PER_MM = 0.004


def find_shift(
    volume: Volume, head: Head, midline: Midline, place: Place | None
) -> MidlineShift | None:
    """Measure the shift at the level of the septum and the third ventricle.

    On phantoms whose horns are displaced by a known way the error is below 1 mm; see
    `tests/analysis/test_shift.py`.

    Parameters
    ----------
    volume, head, midline, place
        The series, its slabs, the skull's midline, and where the head lies in the atlas.

    Returns
    -------
    The shift, None where the level is not in the images, or the ventricles are too narrow or too
    unlike to tell (filled with blood, compressed, cut by surgery).
    """
    if place is None or not place.is_sure:
        return None
    frame = SlabFrame(volume.grid, head)
    fluid = (
        np.clip(
            (_FLUID_HU[1] - ndimage.gaussian_filter(head.hu, (0, _SMOOTH_PX, _SMOOTH_PX)))
            / (_FLUID_HU[1] - _FLUID_HU[0]),
            0,
            1,
        ).astype(np.float32)
        * head.brain
    )
    profiles = {}
    for slab in range(len(head.hu)):
        rows = _rows(slab, frame, midline, place)
        if rows is not None:
            profiles[slab] = ndimage.map_coordinates(fluid[slab], rows, order=1, mode="constant")
    if not profiles:
        return None
    amounts = np.array([profile.mean() for profile in profiles.values()])
    if amounts.max() < _LEAST_FLUID / 2:
        return None
    each = np.stack([_likeness(profile) for profile in profiles.values()])
    likeness = np.average(each, axis=0, weights=amounts)
    shifts = np.arange(-_MOST_MM, _MOST_MM + _STEP_MM / 2, _STEP_MM)
    best = int((likeness - _COST_PER_MM * np.abs(shifts)).argmax())
    if likeness[best] < _LEAST_LIKENESS:
        return None
    slab = list(profiles)[int((each[:, best] * amounts).argmax())]
    return MidlineShift(float(shifts[best]), frame.k(slab))


def _rows(slab: int, frame: SlabFrame, midline: Midline, place: Place) -> Float | None:
    """(2, V, U) pixels of a slab along lines across the midline; None for other levels."""
    size = 224
    corners = np.array([[slab, j, i] for j in (60, 112, 164) for i in (80, 112, 144)], float)
    points = frame.lps_mm(corners)
    at = place.alignment.atlas_lps_mm(points)
    # An affine plane: three numbers carry rows and columns to left_mm and to the atlas's depth.
    design = np.c_[np.ones(len(corners)), corners[:, 1:]]
    left = np.linalg.lstsq(design, midline.left_mm(points), rcond=None)[0]
    back = np.linalg.lstsq(design, at[:, 1], rcond=None)[0]
    height = np.linalg.lstsq(design, at[:, 2], rcond=None)[0]
    to_ji = np.linalg.inv(np.array([left[1:], back[1:]]))
    half = _MOST_MM + _REACH_MM
    u = np.arange(-half, half + _STEP_MM / 2, _STEP_MM)
    v = np.arange(*_FRONT_BACK_MM, 1.0)
    wanted = np.stack(np.meshgrid(u - left[0], v - back[0]), axis=0)
    rows = np.einsum("ab,bvu->avu", to_ji, wanted)
    middle = rows[:, len(v) // 2, len(u) // 2]
    level_mm = float(height[0] + height[1:] @ middle)
    is_inside = bool((middle > 0).all() and (middle < size).all())
    return rows if is_inside and _HEIGHT_MM[0] <= level_mm <= _HEIGHT_MM[1] else None


def _likeness(profile: Float) -> Float:
    """Correlation of the fluid on either side of every line that may be the midline."""
    most, reach = round(_MOST_MM / _STEP_MM), round(_REACH_MM / _STEP_MM)
    middle = profile.shape[1] // 2
    found = np.zeros(2 * most + 1)
    for n, at in enumerate(range(middle - most, middle + most + 1)):
        right = profile[:, at - reach : at][:, ::-1]
        left = profile[:, at + 1 : at + 1 + reach]
        if (right.mean() + left.mean()) / 2 < _LEAST_FLUID:
            continue
        spread = np.sqrt((left**2).mean() * (right**2).mean())
        found[n] = float((left * right).mean() / spread) if spread > 0 else 0.0
    return found
