"""What a scanner adds that the patient has not: rim, cupping, streaks, motion, noise, holder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fields import Floats, Rng, smooth, smooth_noise, stretch
from training.hardening import hardening
from training.protocol import Protocol

#: The rim under the skull where a scanner's calibration leaves one: real heads at hand show 4 to
#: 30 HU at 2 mm, falling within 3 mm and, more weakly, over 12 mm.
_RIM_HU = (0.0, 8.0, 20.0, 34.0)
_RIM_SHARES = (0.3, 0.3, 0.25, 0.15)
#: How much the brain brightens with the share of bone in a slice, HU for all of it, from a share of
#: 0.16 on: the beam hardens where it meets the vault at a slant, and not every scanner corrects for
#: it. Real heads at hand: 0 (Toshiba) and 85 (GE, whose last slabs are 30 % to 40 % bone). Five
#: simulated heads taken by `training.projection`: 33 to 115.
_HARDENING_HU = ((0.0, 0.0), (10.0, 60.0), (60.0, 150.0))
_HARDENING_SHARES = (0.5, 0.3, 0.2)
_USUAL_BONE_SHARE = 0.16
#: How much of the physics' hardening a scanner's own correction leaves, where it leaves any.
_UNCORRECTED = (0.1, 1.3)
_UNCORRECTED_SHARE = 0.65
_MOTION_SHARE = 0.04
_METAL_HU = 2300.0


@dataclass(frozen=True)
class Look:
    """What a series adds to all its slices."""

    rim_hu: float
    rim_mm: float
    glow_hu: float
    glow_mm: float
    patchiness: float
    motion_mm: float
    cupping_hu: float
    hardening_hu: float
    uncorrected: float
    streak_hu: float
    offset_hu: float
    holder: bool

    @classmethod
    def draw(cls, rng: Rng) -> Look:
        return cls(
            rim_hu=float(rng.choice(_RIM_HU, p=_RIM_SHARES) + rng.uniform(0, 14)),
            rim_mm=float(rng.uniform(1.5, 5)),
            glow_hu=float(rng.choice([rng.uniform(0, 4), rng.uniform(3, 17)])),
            glow_mm=float(rng.uniform(7, 18)),
            patchiness=float(rng.uniform(0, 1)),
            motion_mm=float(rng.uniform(0.8, 3)) if rng.random() < _MOTION_SHARE else 0.0,
            cupping_hu=float(rng.normal(0, 2.0)),
            hardening_hu=float(rng.uniform(*rng.choice(_HARDENING_HU, p=_HARDENING_SHARES))),
            uncorrected=float(rng.uniform(*_UNCORRECTED) * (rng.random() < _UNCORRECTED_SHARE)),
            streak_hu=float(rng.uniform(0, 10)),
            offset_hu=float(rng.normal(0, 1.0)),
            holder=bool(rng.random() < 0.6),
        )


def add_effects(
    rng: Rng, hu: Floats, *, depth: Floats, rim: Floats, protocol: Protocol, look: Look
) -> Floats:
    """Bright rim, cupping, hardening, streaks, noise, head holder."""
    size = protocol.size_px
    inside = depth > 0
    bone = hu > 300
    head = hu > -300
    if look.uncorrected:
        hu = hu + np.float32(look.uncorrected) * hardening(hu, protocol.px_mm) * head
    if np.count_nonzero(hu > _METAL_HU) > 2:
        hu = hu + _metal_streaks(rng, hu, protocol.px_mm)
    bright = look.rim_hu * np.exp(-depth / np.float32(look.rim_mm))
    bright += look.glow_hu * np.exp(-depth / np.float32(look.glow_mm))
    bright *= inside * (1 + np.float32(look.patchiness) * (rim - 1))
    hu = hu + smooth(bright.astype(np.float32), 0.8 / protocol.px_mm)
    axis = np.linspace(-1, 1, size, dtype=np.float32) * np.float32(size * protocol.px_mm / 180)
    radius2 = axis[:, None] ** 2 + axis[None, :] ** 2
    hu += head * (np.float32(look.cupping_hu) * (radius2 - 0.4) + np.float32(look.offset_hu))
    hu += inside * np.float32(look.hardening_hu * _more_bone(bone, head))
    rows = bone.mean(1).astype(np.float32)
    base = np.clip(rows * 4 - 0.7, 0, 1.5)
    if base.max() > 0.05:
        bands = smooth_noise(rng, (size,), 5 / protocol.px_mm) - 0.4
        across = stretch(rng.uniform(0.2, 1.0, 7).astype(np.float32), (size,))
        hu += inside * (look.streak_hu * smooth(base * bands, 2 / protocol.px_mm))[:, None] * across
    hu += _noise(rng, protocol, float(bone.mean())) * (0.6 + 0.4 * head)
    if look.holder:
        ring = np.abs(np.sqrt((axis[:, None] - 0.12) ** 2 / 1.25 + axis[None, :] ** 2) - 1.17)
        hu[(ring < 0.008) & (axis[:, None] > 0.1) & (hu < -300)] = 150
    return hu


def _more_bone(bone: NDArray[np.bool_], head: NDArray[np.bool_]) -> float:
    """Share of bone in a slice of the head beyond what most slices hold."""
    share = np.count_nonzero(bone) / max(1, np.count_nonzero(head))
    return max(0.0, share - _USUAL_BONE_SHARE)


def moved(rng: Rng, hu: Floats, px: float) -> Floats:
    """A head that moved during the turn: two places, seen one over the other."""
    share = np.float32(rng.uniform(0.25, 0.5))
    step = np.rint(rng.normal(0, px, 2)).astype(int)
    return hu * (1 - share) + share * np.roll(hu, step, (0, 1))


def _metal_streaks(rng: Rng, hu: Floats, px_mm: float) -> Floats:
    """Rays about the middle of the metal, dark and bright, fading over some centimetres."""
    rows, columns = np.nonzero(hu > _METAL_HU)
    size = len(hu)
    at = np.arange(size, dtype=np.float32)
    down, right = at[:, None] - rows.mean(), at[None, :] - columns.mean()
    rays = rng.standard_normal(int(rng.integers(12, 60))).astype(np.float32)
    angle = (np.arctan2(down, right) / (2 * np.pi) + 0.5) * (len(rays) - 1)
    strength = np.float32(rng.uniform(20, 150)) * np.exp(
        -np.hypot(down, right) * np.float32(px_mm / rng.uniform(15, 45))
    )
    return strength * np.interp(angle, np.arange(len(rays)), rays).astype(np.float32)


def _noise(rng: Rng, protocol: Protocol, bone_share: float) -> Floats:
    """Correlated noise whose standard deviation after resampling to 1 mm is `noise_hu`."""
    size = protocol.size_px
    white = rng.standard_normal((size, size), dtype=np.float32)
    sigma = protocol.noise_mm / protocol.px_mm
    noise = smooth(white, sigma) if sigma > 0.25 else white
    spread = np.hypot(sigma, 0.41 / protocol.px_mm) if protocol.px_mm < 0.9 else sigma
    scale = max(1.0, 2 * np.sqrt(np.pi) * spread)
    level = protocol.noise_hu * (0.85 + 3.0 * bone_share)
    return noise * np.float32(level * scale)
