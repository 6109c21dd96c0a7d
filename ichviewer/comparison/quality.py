"""How well two aligned crania lie upon each other: distance of the skulls, shared brain, HU."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.comparison.alignment import Quality
from ichviewer.comparison.cranium import BONE_HU, Cranium
from ichviewer.comparison.registration import correlation, smoothed
from ichviewer.imaging.grid import Float
from ichviewer.imaging.rigid import RigidTransform

#: Rays from the middle of the brain, evenly spread; those to face and neck are left out.
_RAYS = 4000
_LOWEST_RAY = -0.3
_RESOLUTION_MM = 2.5
_STEP_MM = 1.0
_REACH_MM = 130.0
_GOLDEN_RAD = np.pi * (3 - np.sqrt(5))


def measure_quality(current: Cranium, prior: Cranium, motion: RigidTransform) -> Quality:
    """How well a motion from current to prior LPS mm lays the one upon the other."""
    here_mm = _skull_radii_mm(current, current.center_lps_mm, np.eye(3))
    there_mm = _skull_radii_mm(prior, motion.apply(current.center_lps_mm), motion.rotation)
    distance_mm = np.abs(here_mm - there_mm)
    known = distance_mm[np.isfinite(distance_mm)]
    median, high = np.percentile(known, [50, 95]) if known.size else (np.nan, np.nan)
    smaller = min(current.brain_ml, prior.brain_ml)
    return Quality(
        float(median),
        float(high),
        min(_shared_ml(current, prior, motion) / smaller, 1.0),
        correlation(current, prior, motion),
    )


def _shared_ml(current: Cranium, prior: Cranium, motion: RigidTransform) -> float:
    """Volume of the current brain that the prior's brain covers."""
    points = current.volume.grid.lps_mm(np.argwhere(current.brain).astype(np.float64))
    index = np.rint(prior.volume.grid.kji(motion.apply(points))).astype(np.intp)
    inside = ((index >= 0) & (index < prior.brain.shape)).all(axis=1)
    covered = prior.brain[tuple(index[inside].T)].sum()
    return float(covered * current.volume.grid.voxel_ml[0])


def _skull_radii_mm(cranium: Cranium, center_lps_mm: Float, rotation: Float) -> Float:
    """(N,) distance from a centre to the outer skull along every ray; NaN where none was met.

    From outside inwards; where the first voxel that was scanned is bone already, the skull
    begins outside the scan and nothing is known.
    """
    hu = np.where(cranium.region, smoothed(cranium, _RESOLUTION_MM), np.float32(-200.0))
    radii = np.arange(_REACH_MM, 20.0, -_STEP_MM)
    points = center_lps_mm + radii[:, None, None] * (_rays() @ rotation.T)
    index = cranium.volume.grid.kji(points.reshape(-1, 3))
    limits = np.array(hu.shape) - 1
    scanned = ((index >= 0) & (index <= limits)).all(axis=1).reshape(len(radii), -1)
    values = ndimage.map_coordinates(hu, index.T, order=1, mode="nearest").reshape(scanned.shape)
    return _crossing(np.where(scanned, values, np.nan).astype(np.float64), radii)


def _crossing(values: NDArray[np.float64], radii: Float) -> Float:
    """Where each column first rises above bone, linear between the samples."""
    is_bone = values > BONE_HU
    first = is_bone.argmax(axis=0)
    column = np.arange(values.shape[1])
    before, at = values[np.maximum(first - 1, 0), column], values[first, column]
    found = is_bone.any(axis=0) & (first > 0) & np.isfinite(before)
    part = np.divide(BONE_HU - before, at - before, out=np.zeros_like(at), where=found)
    return np.where(found, radii[np.maximum(first - 1, 0)] - part * _STEP_MM, np.nan)


def _rays() -> Float:
    """(N, 3) unit vectors, evenly spread by the golden angle."""
    z = np.linspace(_LOWEST_RAY, 1, _RAYS)
    angle = _GOLDEN_RAD * np.arange(_RAYS)
    flat = np.sqrt(1 - z**2)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
