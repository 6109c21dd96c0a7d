"""Rigid registration of two crania: the motion under which their HU agree best.

Robust Gauss-Newton on the six parameters: HU are calibrated, so their difference says where to go
and how far, and some ten steps reach a hundredth of a millimetre. Both volumes are first brought
to one resolution, so that slices of different thickness do not pull at the answer. No random
numbers and no threads: the same volumes give the same motion.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.comparison.cranium import Cranium
from ichviewer.imaging.grid import Float
from ichviewer.imaging.rigid import RigidTransform, turn_about
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

Floats32 = NDArray[np.float32]

#: Bone differs with kVp and thickness, so its height above this says nothing; air neither.
_CLAMP_HU = (-200.0, 600.0)
#: Standard deviation of the common resolution, and points compared, level by level.
_LEVELS = ((5.0, 8_000), (2.5, 40_000))
_STEPS = 25
_STILL_MM = 0.003
#: Differences beyond this count little: a clot that grew must not pull the head along.
_LEAST_SPREAD_HU = 25.0
#: Where the search begins: turns (about left, posterior, head) and shifts along the body.
_START_NOD_DEG = (-24.0, -12.0, 0.0, 12.0, 24.0)
_START_ROLL_DEG = (-12.0, 0.0, 12.0)
_START_TURN_DEG = (-24.0, -12.0, 0.0, 12.0, 24.0)
_START_SHIFT_MM = (-20.0, 0.0, 20.0)
_START_POINTS = 1_500
_KEPT_STARTS = 3
#: Fewer common points say nothing about a pose.
_LEAST_MET = 0.3
#: A turn by an angle moves the skull by this times it.
_ARM_MM = 80.0


def register(current: Cranium, prior: Cranium, progress: Progress = silent) -> RigidTransform:
    """The rigid motion from the current volume to the prior one.

    Parameters
    ----------
    current, prior
        Of one patient; turned against each other by up to about 40 degrees.
    progress
        Called at every step; it may cancel.

    Returns
    -------
    Moves current LPS mm to prior LPS mm. Whether it is any good is for `quality` to say.
    """
    # The finer one is interpolated, the coarser one's voxels are the points.
    is_swapped = current.volume.spacing_mm[0] < prior.volume.spacing_mm[0]
    fixed, moving = (prior, current) if is_swapped else (current, prior)
    candidates: list[RigidTransform] = []
    best = RigidTransform(np.eye(3), np.zeros(3))
    for level, (resolution_mm, count) in enumerate(_LEVELS):
        progress(level, len(_LEVELS) + 1, tr("Aligning"))
        match = _Match.of(fixed, moving, resolution_mm, count)
        candidates = [best] if candidates else _starts(fixed, moving, match)
        refined = [match.refine(start, progress) for start in candidates]
        best = max(refined, key=match.correlation)
    progress(len(_LEVELS), len(_LEVELS) + 1, tr("Aligning"))
    return best.inverse() if is_swapped else best


def correlation(current: Cranium, prior: Cranium, motion: RigidTransform) -> float:
    """Correlation of the HU of both volumes over the cranium, -1 to 1."""
    return _Match.of(current, prior, *_LEVELS[-1]).correlation(motion)


def _starts(fixed: Cranium, moving: Cranium, match: "_Match") -> list[RigidTransform]:
    """The most promising of many coarse poses that lay brain upon brain."""
    few = match.thinned(_START_POINTS)
    center = fixed.center_lps_mm
    shift = moving.center_lps_mm - center
    poses = [
        turn_about(center, np.array([nod, roll, turn]), shift + np.array([0.0, 0.0, up]))
        for nod, roll, turn, up in product(
            _START_NOD_DEG, _START_ROLL_DEG, _START_TURN_DEG, _START_SHIFT_MM
        )
    ]
    return sorted(poses, key=few.correlation)[-_KEPT_STARTS:]


@dataclass(frozen=True, eq=False)
class _Match:
    """Points of one volume with their HU, and the other volume to be read at them.

    Parameters
    ----------
    points_lps_mm, values_hu
        (N, 3) and (N,) of the fixed volume.
    center_lps_mm
        About which it is turned.
    spline, slopes
        Cubic coefficients of the moving volume, and its differences along k, j and i.
    to_index
        (4, 4) LPS mm to (k, j, i) of the moving volume.
    """

    points_lps_mm: Float
    values_hu: Float
    center_lps_mm: Float
    spline: Floats32
    slopes: tuple[Floats32, ...]
    to_index: Float

    @classmethod
    def of(cls, fixed: Cranium, moving: Cranium, resolution_mm: float, count: int) -> "_Match":
        """Some `count` points of the fixed cranium, both at one resolution."""
        index = np.argwhere(fixed.region)
        index = index[:: max(1, len(index) // count)]
        other = smoothed(moving, resolution_mm)
        return cls(
            fixed.volume.grid.lps_mm(index.astype(np.float64)),
            smoothed(fixed, resolution_mm)[tuple(index.T)].astype(np.float64),
            fixed.center_lps_mm,
            ndimage.spline_filter(other, order=3, output=np.float32),
            tuple(np.ascontiguousarray(slope) for slope in np.gradient(other)),
            np.asarray(np.linalg.inv(moving.volume.grid.affine), dtype=np.float64),
        )

    def thinned(self, count: int) -> "_Match":
        """The same with fewer points."""
        step = max(1, len(self.points_lps_mm) // count)
        return replace(
            self, points_lps_mm=self.points_lps_mm[::step], values_hu=self.values_hu[::step]
        )

    def correlation(self, motion: RigidTransform) -> float:
        """Correlation of the values where both volumes have some; -1 where few points meet."""
        index, met = self._met(motion)
        if met.mean() < _LEAST_MET:
            return -1.0
        there, here = self._read(index[met]), self.values_hu[met]
        there, here = there - there.mean(), here - here.mean()
        size = float(np.sqrt((there @ there) * (here @ here)))
        return float(there @ here) / size if size > 0 else -1.0

    def refine(self, start: RigidTransform, progress: Progress) -> RigidTransform:
        """Gauss-Newton from a start."""
        motion = start
        for _ in range(_STEPS):
            progress(0, 0, tr("Aligning"))
            step = self._step(motion)
            if step is None:
                return start
            angles, shift = step
            motion = motion.after(turn_about(self.center_lps_mm, np.degrees(angles), shift))
            if np.linalg.norm(shift) + _ARM_MM * np.linalg.norm(angles) < _STILL_MM:
                break
        return motion

    def _step(self, motion: RigidTransform) -> tuple[Float, Float] | None:
        """Small turn (radians) and shift (mm) of the fixed points that lessen the difference."""
        index, met = self._met(motion)
        if met.mean() < _LEAST_MET:
            return None
        index = index[met]
        there, here = self._read(index), self.values_hu[met]
        gain, offset = np.polyfit(there, here, 1)
        left = here - (gain * there + offset)
        spread = max(3 * 1.4826 * float(np.median(np.abs(left))), _LEAST_SPREAD_HU)
        weight = 1 / (1 + (left / spread) ** 2) ** 2
        slope = np.stack([_linear(g, index) for g in self.slopes], axis=1)
        slope = gain * slope @ self.to_index[:3, :3] @ motion.rotation
        arm = self.points_lps_mm[met] - self.center_lps_mm
        jacobian = np.concatenate([np.cross(arm, slope), slope], axis=1)
        weighted = jacobian * weight[:, None]
        solved = np.linalg.solve(weighted.T @ jacobian + 1e-6 * np.eye(6), weighted.T @ left)
        return solved[:3], solved[3:]

    def _met(self, motion: RigidTransform) -> tuple[Float, NDArray[np.bool_]]:
        moved = motion.apply(self.points_lps_mm)
        index = moved @ self.to_index[:3, :3].T + self.to_index[:3, 3]
        met = np.asarray(((index >= 0) & (index <= np.array(self.spline.shape) - 1)).all(axis=1))
        return index, met

    def _read(self, index: Float) -> Float:
        values = ndimage.map_coordinates(self.spline, index.T, order=3, prefilter=False)
        return np.asarray(values, dtype=np.float64)


def _linear(values: Floats32, index: Float) -> Float:
    return np.asarray(ndimage.map_coordinates(values, index.T, order=1), dtype=np.float64)


def smoothed(cranium: Cranium, resolution_mm: float) -> Floats32:
    """HU blurred to a common resolution; what the slab has blurred already is not done again."""
    spacing = np.array(cranium.volume.spacing_mm)
    # A box of width w has the variance w^2 / 12.
    sigma_mm = np.sqrt(np.maximum(resolution_mm**2 - spacing**2 / 12, 0))
    hu = np.clip(cranium.volume.hu, *_CLAMP_HU)
    return np.asarray(ndimage.gaussian_filter(hu, sigma_mm / spacing), dtype=np.float32)
