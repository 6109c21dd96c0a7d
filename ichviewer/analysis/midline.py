"""The head's own midline: the plane about which skull and brain outline mirror themselves best.

Left and right are told from this plane, never from the middle of the image: heads lie turned and
off-centre. Only bone and outline count, so a hemorrhage or a shifted ventricle does not move it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize

from ichviewer.analysis.findings import Side
from ichviewer.analysis.head import BONE_HU, Head
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.slab_frame import SlabFrame
from ichviewer.imaging.volume import Volume

Float = NDArray[np.float64]

_COARSE_PX = 4
_POINTS = 12_000
_SKULL_PX = 12
_BONE_WEIGHT = 2.0
_START_YAW_DEG = (-20.0, -10.0, 0.0, 10.0, 20.0)
_MAX_ANGLE_DEG = 35.0
#: A lesion that stays this close to the plane lies in the midline.
_MIDLINE_MM = 10.0
#: Share of a lesion's volume on one side from which it is said to be on that side.
_SIDE_SHARE = 0.8


def find_midline(volume: Volume, head: Head) -> Midline:
    """Estimate the mid-sagittal plane.

    Two angles and a distance are fitted by comparing the skull with its mirror image (Nelder-Mead
    on the mean absolute difference). Without a skull the plane through the middle of the image is
    returned.
    """
    outline = _outline(head)
    slab, row, column = np.nonzero(outline)
    if slab.size == 0:
        middle = volume.grid.lps_mm((np.array(volume.shape_kji) - 1) / 2)
        return Midline(np.array([1.0, 0.0, 0.0]), float(middle[0]))
    rng = np.random.default_rng(0)
    chosen = rng.choice(slab.size, min(_POINTS, slab.size), replace=False)
    index = np.stack([slab, row, column], axis=1)[chosen].astype(np.float64)
    frame = SlabFrame(volume.grid, head, _COARSE_PX)
    points = frame.lps_mm(index)
    values = outline[tuple(index.astype(int).T)]
    center = points.mean(axis=0)
    is_single = len(outline) == 1

    def mismatch(parameters: Float) -> float:
        yaw_deg, roll_deg, shift_mm = parameters
        if max(abs(yaw_deg), abs(roll_deg)) > _MAX_ANGLE_DEG:
            return np.inf
        normal = _normal(yaw_deg, 0.0 if is_single else roll_deg)
        left = (points - center) @ normal - shift_mm
        at = frame.index(points - 2 * left[:, None] * normal)
        seen = (at[:, 0] >= -0.5) & (at[:, 0] <= len(outline) - 0.5)
        if seen.mean() < 0.5:
            return np.inf
        mirrored = ndimage.map_coordinates(outline, at[seen].T, order=1, mode="constant")
        return float(np.abs(mirrored - values[seen]).mean())

    starts = [np.array([yaw, 0.0, 0.0]) for yaw in _START_YAW_DEG]
    best = min(starts, key=mismatch)
    simplex = best + np.array([[0, 0, 0], [5, 0, 0], [0, 5, 0], [0, 0, 5]], dtype=np.float64)
    fit = optimize.minimize(
        mismatch,
        best,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.1, "fatol": 1e-4, "maxfev": 150},
    )
    normal = _normal(fit.x[0], 0.0 if is_single else fit.x[1])
    return Midline(normal, float(center @ normal + fit.x[2]))


def side_of(lps_mm: Float, weights: Float, midline: Midline) -> Side:
    """The side of a region, from its points and the volume that each stands for."""
    left_mm = midline.left_mm(lps_mm)
    if np.abs(left_mm).max() <= _MIDLINE_MM and abs(np.average(left_mm, weights=weights)) <= (
        _MIDLINE_MM / 2
    ):
        return Side.MIDLINE
    share_left = float(weights[left_mm > 0].sum() / weights.sum())
    if share_left >= _SIDE_SHARE:
        return Side.LEFT
    return Side.RIGHT if share_left <= 1 - _SIDE_SHARE else Side.BOTH


def _outline(head: Head) -> NDArray[np.float32]:
    """Coarse slabs: 0 outside, 1 inside the skull, up to 3 in its bone."""
    inside = head.inside | head.brain
    near = ndimage.binary_dilation(inside[:, ::_COARSE_PX, ::_COARSE_PX], iterations=3)
    count, size = len(inside), inside.shape[1] // _COARSE_PX
    blocks = (count, size, _COARSE_PX, size, _COARSE_PX)
    bone = np.clip((head.hu - BONE_HU / 2) / (2 * BONE_HU), 0, 1)
    value = inside + _BONE_WEIGHT * bone
    return np.asarray(value.reshape(blocks).mean(axis=(2, 4)) * near, dtype=np.float32)


def _normal(yaw_deg: float, roll_deg: float) -> Float:
    yaw, roll = np.radians([yaw_deg, roll_deg])
    return np.array([np.cos(yaw) * np.cos(roll), np.sin(yaw) * np.cos(roll), np.sin(roll)])
