"""Laying a head over the atlas: nine numbers (turn, shift, scale along three axes), in a moment.

Only the brain cavity and the bone around it are compared, so a hemorrhage or large ventricles do
not draw the fit. A head that was scanned in part is fitted by the part that is there; a prior
keeps what the images leave open near an upright head of usual size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.atlas import Atlas

Float = NDArray[np.float64]

_POINTS = 9000
_COARSE_POINTS = 1500
_STARTS_Z_MM = np.arange(-60.0, 61.0, 12.0)
_STARTS_PITCH_DEG = (-20.0, 0.0, 20.0)
_STEPS = 18
_BONE_WEIGHT = 0.7
#: Spread of turns (radians), shifts (mm) and log scales that is usual, and the fit's noise.
_SPREAD = np.array([0.25, 0.15, 0.15, 60.0, 60.0, 60.0, 0.08, 0.08, 0.08])
_NOISE = 4.0
_DONE_MM = 0.05
_REACH_MM = 100.0


@dataclass(frozen=True, eq=False)
class Shape:
    """What is known of a head for laying it over the atlas.

    Parameters
    ----------
    lps_mm
        (N, 3) points in and around the brain, patient LPS mm.
    values
        (N, 2) float32: share of brain cavity, and of bone, at each point, 0-1.
    """

    lps_mm: Float
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Alignment:
    """Where a head lies in the atlas.

    Parameters
    ----------
    to_atlas
        (4, 4) patient LPS mm to atlas LPS mm.
    mismatch
        Mean absolute difference of cavity and bone, 0-1; around 0.05-0.1 for heads that fit.
    """

    to_atlas: Float
    mismatch: float

    def atlas_lps_mm(self, lps_mm: Float) -> Float:
        """(..., 3) atlas positions of (..., 3) patient positions."""
        return np.asarray(lps_mm @ self.to_atlas[:3, :3].T + self.to_atlas[:3, 3])


def align(shape: Shape, atlas: Atlas, yaw_deg: float = 0.0, roll_deg: float = 0.0) -> Alignment:
    """Lay a head over the atlas, by Gauss-Newton steps from the best of a few starts.

    A head of known pose is laid back within 3 mm (median; 6 mm for 95 % of its voxels), and in
    heads that the atlas was not made of most of the deep nuclei, cerebellum and lateral ventricles
    fall in their region (`tests/analysis/test_place.py`, `tests/training/test_region_atlas.py`). A
    dome alone, cut above the ventricles, may come to lie a centimetre too high or low.

    Parameters
    ----------
    shape
        The head's cavity and bone at points.
    atlas
        What it is laid over.
    yaw_deg, roll_deg
        How far the head's midline is turned, where it is known: the start, not the end.
    """
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(shape.lps_mm))[:_POINTS]
    fit = _Fit(shape.lps_mm[chosen], shape.values[chosen], atlas)
    coarse = _Fit(fit.lps_mm[:_COARSE_POINTS], fit.values[:_COARSE_POINTS], atlas, fit.center)
    best = min(_starts(yaw_deg, roll_deg), key=coarse.cost)
    for _ in range(4):
        best = best + coarse.step(best)
    for _ in range(_STEPS):
        step = fit.step(best)
        best = best + step
        if np.abs(step * np.array([_REACH_MM] * 3 + [1.0] * 3 + [_REACH_MM] * 3)).max() < _DONE_MM:
            break
    return Alignment(fit.matrix(best), float(np.abs(fit.residuals(best)[0]).mean()))


def _starts(yaw_deg: float, roll_deg: float) -> list[Float]:
    return [
        np.array([*np.radians([pitch, roll_deg, -yaw_deg]), 0.0, 0.0, z, 0.0, 0.0, 0.0])
        for pitch in _STARTS_PITCH_DEG
        for z in _STARTS_Z_MM
    ]


class _Fit:
    """The least-squares problem: points, what was seen there, and the atlas."""

    def __init__(
        self,
        lps_mm: Float,
        values: NDArray[np.float32],
        atlas: Atlas,
        center: Float | None = None,
    ) -> None:
        self.lps_mm, self.values, self._atlas = lps_mm, values, atlas
        inside = values[:, 0] > 0.5
        self.center = (
            lps_mm[inside if inside.any() else slice(None)].mean(0) if center is None else center
        )
        self._maps = [ndimage.gaussian_filter(m, 1.0) for m in (atlas.cavity, atlas.bone)]
        self._slopes = [np.gradient(m, atlas.step_mm) for m in self._maps]
        grid = np.moveaxis(np.indices(atlas.cavity.shape), 0, -1)
        weight = atlas.cavity[..., None]
        middle = (grid * weight).sum((0, 1, 2)) / weight.sum()
        self._middle = middle * atlas.step_mm + np.array(atlas.first_lps_mm)
        self._weights = (1.0, _BONE_WEIGHT)

    def matrix(self, parameters: Float) -> Float:
        linear = _linear(parameters)
        matrix = np.eye(4)
        matrix[:3, :3] = linear
        matrix[:3, 3] = self._middle + parameters[3:6] - linear @ self.center
        return matrix

    def cost(self, parameters: Float) -> float:
        residuals, _ = self.residuals(parameters)
        prior = ((parameters / _SPREAD) ** 2)[[0, 1, 2, 6, 7, 8]].sum()
        return float((residuals**2).sum() + prior * _NOISE)

    def residuals(self, parameters: Float) -> tuple[Float, Float]:
        """(2, N) weighted differences, and (N, 3) indices of the points in the atlas."""
        at = self._atlas.index(
            (self.lps_mm - self.center) @ _linear(parameters).T + self._middle + parameters[3:6]
        )
        found = [
            w * (ndimage.map_coordinates(m, at.T, order=1, mode="nearest") - self.values[:, c])
            for c, (m, w) in enumerate(zip(self._maps, self._weights, strict=True))
        ]
        return np.stack(found), at

    def step(self, parameters: Float) -> Float:
        """One damped Gauss-Newton step."""
        residuals, at = self.residuals(parameters)
        moved = self._moves(parameters)
        normal = np.diag(_NOISE / _SPREAD**2)
        right = -_NOISE * parameters / _SPREAD**2
        for c, weight in enumerate(self._weights):
            slope = np.stack(
                [
                    ndimage.map_coordinates(s, at.T, order=1, mode="nearest")
                    for s in self._slopes[c]
                ],
                1,
            )
            jacobian = weight * np.einsum("nd,pnd->np", slope, moved)
            normal += jacobian.T @ jacobian
            right -= jacobian.T @ residuals[c]
        step = np.linalg.solve(normal, right)
        limit = np.array([0.12] * 3 + [10.0] * 3 + [0.05] * 3)
        return np.clip(step, -limit, limit)

    def _moves(self, parameters: Float) -> Float:
        """(9, N, 3) how the points move with each parameter."""
        centered = self.lps_mm - self.center
        moves = np.zeros((9, *centered.shape))
        for p in (0, 1, 2, 6, 7, 8):
            nudge = np.zeros(9)
            nudge[p] = 1e-4
            change = (_linear(parameters + nudge) - _linear(parameters - nudge)) / 2e-4
            moves[p] = centered @ change.T
        for axis in range(3):
            moves[3 + axis, :, axis] = 1.0
        return moves


def _linear(parameters: Float) -> Float:
    """Turn about x (pitch), y (roll), z (yaw), then scale along the atlas's axes."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(parameters[:3]), np.sin(parameters[:3])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(np.diag(np.exp(parameters[6:])) @ about_x @ about_y @ about_z)
