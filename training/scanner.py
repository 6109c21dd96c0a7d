"""The scanner: where the slices lie, how they blur, and what it adds that the patient has not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.fields import Floats, Rng, smooth, smooth_noise, stretch
from training.head import Head

_CONTROL_PX = 28
_ELASTIC_MM = 8
_BLOOD_SHARE = 0.5
_SUBARACHNOID_SHARE = 0.4
#: Thinner blood than this looks like cortex: asking for it would teach to see what is not there.
_SUBARACHNOID_HU = 35.0
_BONE_HU = 130.0
#: The rim under the skull where a scanner's calibration leaves one: real heads at hand show 4 to
#: 30 HU at 2 mm, falling within 3 mm and, more weakly, over 12 mm.
_RIM_HU = (0.0, 8.0, 20.0, 34.0)
_RIM_SHARES = (0.3, 0.3, 0.25, 0.15)
_MOTION_SHARE = 0.04
_METAL_HU = 2300.0


@dataclass(frozen=True)
class Protocol:
    """How one series is taken.

    Parameters
    ----------
    size_px, px_mm
        Square image and its pixel.
    slab_mm
        SliceThickness.
    table_mm : float64 [K]
        Table positions, feet to head, relative to the anatomy's middle.
    tilt_deg
        Gantry tilt about the left-right axis.
    center_mm
        Offset (back, left) of the image's middle from the head's.
    blur_mm
        Standard deviation of the point spread.
    sharpen
        Edge enhancement of the kernel, 0 for none.
    noise_hu
        Standard deviation after resampling to 1 mm pixels.
    noise_mm
        Correlation length of the noise.
    kvp, kernel
        For the header.
    """

    size_px: int
    px_mm: float
    slab_mm: float
    table_mm: NDArray[np.float64]
    tilt_deg: float
    center_mm: tuple[float, float]
    blur_mm: float
    sharpen: float
    noise_hu: float
    noise_mm: float
    kvp: int
    kernel: str


@dataclass(frozen=True)
class Pose:
    """How the head lies: rotation and size, and a smooth deformation (mm, [3, k, j, i] at 8 mm)."""

    matrix: NDArray[np.float64]
    elastic_mm: Floats


@dataclass(frozen=True)
class Scan:
    """`hu` float32 and `mask` uint8 [k, j, i]; `positions_lps_mm` [K, 3] of voxel (k, 0, 0).

    `midline_mm` float32 [k, j, i] at a quarter of the resolution tells the patient's side.
    """

    hu: Floats
    mask: NDArray[np.uint8]
    midline_mm: Floats
    positions_lps_mm: NDArray[np.float64]
    row_step_lps_mm: NDArray[np.float64]


def draw_pose(rng: Rng, shape: tuple[int, ...]) -> Pose:
    """A patient's way to lie, and a head of another size and shape than the label map's."""
    nod, roll, turn = np.radians(rng.normal(0, (6, 2.5, 5)))
    scale = rng.normal(1.0, 0.045, 3) * rng.normal(1.0, 0.02)
    rotation = _rotation(1, 2, turn) @ _rotation(0, 2, roll) @ _rotation(0, 1, nod)
    coarse = rng.standard_normal((3, *(n // 35 + 2 for n in shape))).astype(np.float32)
    fine = tuple(n // _ELASTIC_MM + 2 for n in shape)
    elastic = np.stack([smooth(stretch(c, fine), 1.5) for c in coarse])
    return Pose(rotation / np.clip(scale, 0.86, 1.13), elastic * np.float32(rng.uniform(1, 4.5)))


def draw_protocol(
    rng: Rng, head: Head, size_px: int = 512, slab_mm: float | None = None
) -> Protocol:
    """A series as hospitals take it: thickness, tilt, kernel and dose as they occur."""
    slab = float(rng.choice([1.0, 1.25, 2.5, 3.0, 4.0, 5.0, 5.0, 7.0]))
    field_mm = float(rng.uniform(215, 250))
    return _draw(rng, head, slab_mm or slab, size_px, field_mm / size_px)


def draw_training_protocol(rng: Rng, head: Head, size_px: int, px_mm: float) -> Protocol:
    """The same, straight on the network's grid and with slabs as `prepare` would make them."""
    slab = float(rng.choice([2.5, 3.0, 4.0, 4.8, 5.0, 5.0, 5.0, 6.0, 7.0]))
    return _draw(rng, head, slab, size_px, px_mm)


def draw_unseen_protocol(rng: Rng, head: Head, size_px: int = 512) -> Protocol:
    """A series as no training slice was taken: other slabs, kernels, noise and tilts."""
    slab = float(rng.choice([1.5, 2.0, 3.75, 4.5, 5.5]))
    usual = _draw(rng, head, slab, size_px, float(rng.uniform(205, 260)) / size_px)
    sharp = usual.kernel == "SHARP"
    return replace(
        usual,
        tilt_deg=float(rng.choice([0.0, rng.uniform(-9, -5), rng.uniform(24, 27)])),
        blur_mm=float(rng.uniform(0.28, 0.35) if sharp else rng.uniform(0.95, 1.1)),
        sharpen=float(rng.uniform(0.4, 0.55)) if sharp else 0.0,
        noise_mm=float(rng.choice([rng.uniform(0.2, 0.35), rng.uniform(0.95, 1.15)])),
        kvp=int(rng.choice([90, 110, 130, 135])),
    )


def _draw(rng: Rng, head: Head, slab_mm: float, size_px: int, px_mm: float) -> Protocol:
    low, high = -0.46 * len(head.hu), 0.5 * len(head.hu)
    table = np.arange(low + rng.uniform(0, 8), high, slab_mm)
    sharp = bool(rng.random() < 0.25)
    return Protocol(
        size_px=size_px,
        px_mm=px_mm,
        slab_mm=round(slab_mm * float(rng.choice([1.0, 1.0, 1.0, 0.7])), 3),
        table_mm=table,
        tilt_deg=float(rng.choice([0.0, rng.uniform(-5, 24)])),
        center_mm=(float(rng.normal(0, 4)), float(rng.normal(0, 4))),
        blur_mm=float(rng.uniform(0.35, 0.6) if sharp else rng.uniform(0.5, 0.95)),
        sharpen=float(rng.uniform(0.1, 0.4)) if sharp else 0.0,
        noise_hu=float(np.clip(rng.lognormal(1.1, 0.45), 0.8, 8.0)),
        noise_mm=float(rng.uniform(0.35, 0.95)),
        kvp=int(rng.choice([80, 100, 120, 120, 120, 140])),
        kernel="SHARP" if sharp else "SMOOTH",
    )


def scan(
    rng: Rng,
    head: Head,
    protocol: Protocol,
    pose: Pose,
    slices: slice = slice(None),
    *,
    effects: bool = True,
) -> Scan:
    """Take the series, or some of its slices; without effects there is only the point spread."""
    table = protocol.table_mm[slices]
    look = _Look.draw(rng)
    planes = [
        _take_slice(rng, head, protocol, pose=pose, look=look if effects else None, table_mm=z)
        for z in table
    ]
    row_step, corner = _directions(protocol)
    positions = corner + table[:, None] * np.array([0.0, 0.0, 1.0])
    hu, mask, midline = (np.stack(part) for part in zip(*planes, strict=True))
    return Scan(hu, mask, midline, positions, row_step)


@dataclass(frozen=True)
class _Look:
    """What a series adds to all its slices."""

    rim_hu: float
    rim_mm: float
    glow_hu: float
    glow_mm: float
    patchiness: float
    motion_mm: float
    cupping_hu: float
    streak_hu: float
    offset_hu: float
    holder: bool

    @classmethod
    def draw(cls, rng: Rng) -> _Look:
        return cls(
            rim_hu=float(rng.choice(_RIM_HU, p=_RIM_SHARES) + rng.uniform(0, 14)),
            rim_mm=float(rng.uniform(1.5, 5)),
            glow_hu=float(rng.choice([rng.uniform(0, 4), rng.uniform(3, 17)])),
            glow_mm=float(rng.uniform(7, 18)),
            patchiness=float(rng.uniform(0, 1)),
            motion_mm=float(rng.uniform(0.8, 3)) if rng.random() < _MOTION_SHARE else 0.0,
            cupping_hu=float(rng.normal(0, 2.0)),
            streak_hu=float(rng.uniform(0, 14)),
            offset_hu=float(rng.normal(0, 1.0)),
            holder=bool(rng.random() < 0.6),
        )


def _directions(protocol: Protocol) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Step along a row's index j, and the corner voxel at table position 0, LPS mm."""
    tilt = np.radians(protocol.tilt_deg)
    row_step = np.array([0.0, np.cos(tilt), -np.sin(tilt)]) * protocol.px_mm
    half = (protocol.size_px - 1) / 2
    corner = -half * row_step + np.array([-half * protocol.px_mm, 0.0, 0.0])
    corner += np.array([protocol.center_mm[1], protocol.center_mm[0], 0.0])
    return row_step, corner


def _take_slice(
    rng: Rng, head: Head, protocol: Protocol, *, pose: Pose, look: _Look | None, table_mm: float
) -> tuple[Floats, NDArray[np.uint8], Floats]:
    """One slice: gather, blur, label what is blood, then add what the scanner adds."""
    size = protocol.size_px
    base, normal = _coordinates(head, protocol, pose, table_mm)
    middle = np.stack([stretch(c, (size, size)) for c in base])
    count = int(np.clip(round(protocol.slab_mm / 1.2), 1, 5))
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * protocol.slab_mm
    hu = np.zeros((size, size), np.float32)
    share = np.zeros((6, size, size), np.float32)
    for offset in offsets:
        at = middle + (normal * offset)[:, None, None].astype(np.float32)
        hu += ndimage.map_coordinates(head.hu, at, order=1, cval=-1000.0) / count
        _add_shares(share, _nearest(head.label, at), 1 / count)
    blur = protocol.blur_mm / protocol.px_mm
    hu = smooth(hu, blur)
    if look and look.motion_mm:
        hu = _moved(rng, hu, look.motion_mm / protocol.px_mm)
    mask = _label(share, blur, hu)
    midline = _nearest(head.midline_mm, middle[:, ::4, ::4]).astype(np.float32)
    if look is None:
        return hu, mask, midline
    if protocol.sharpen:
        hu += protocol.sharpen * (hu - smooth(hu, 1.2 / protocol.px_mm))
    depth = _nearest(head.depth_mm, middle).astype(np.float32)
    rim = _nearest(head.rim, middle[:, ::4, ::4]) if size % 4 == 0 else None
    rim_full = stretch(rim, (size, size)) if rim is not None else _nearest(head.rim, middle)
    hu = _add_effects(rng, hu, depth=depth, rim=rim_full, protocol=protocol, look=look)
    return np.clip(np.rint(hu), -1024, 3071), mask, midline


def _coordinates(
    head: Head, protocol: Protocol, pose: Pose, table_mm: float
) -> tuple[Floats, NDArray[np.float64]]:
    """Anatomy indices [3, 29, 29] of the slice's control points, and its normal there."""
    row_step, corner = _directions(protocol)
    steps = np.linspace(0, protocol.size_px - 1, _CONTROL_PX + 1)
    y = corner[1] + steps * row_step[1]
    z = corner[2] + steps * row_step[2] + table_mm
    x = corner[0] + steps * protocol.px_mm
    mm = np.stack(np.broadcast_arrays(z[:, None], y[:, None], x[None, :]))
    middle = (np.array(head.hu.shape) - 1) / 2
    at = np.tensordot(pose.matrix, mm, 1) + middle[:, None, None]
    for axis in range(3):
        at[axis] += ndimage.map_coordinates(
            pose.elastic_mm[axis], at / _ELASTIC_MM, order=1, mode="nearest"
        )
    tilt = np.radians(protocol.tilt_deg)
    return at.astype(np.float32), pose.matrix @ np.array([np.cos(tilt), np.sin(tilt), 0.0])


def _nearest(field: NDArray[np.generic], at: Floats) -> NDArray[np.generic]:
    """Nearest values of a field at indices [3, ...]; 0 outside."""
    index = np.rint(at).astype(np.int32)
    inside = np.ones(index.shape[1:], bool)
    flat = np.zeros(index.shape[1:], np.int32)
    for axis, length in enumerate(field.shape):
        inside &= (index[axis] >= 0) & (index[axis] < length)
        flat = flat * length + np.clip(index[axis], 0, length - 1)
    return np.where(inside, field.ravel()[flat], field.dtype.type(0))


def _add_shares(share: Floats, labels: NDArray[np.generic], weight: float) -> None:
    if labels.any():
        for kind in range(1, 6):
            share[kind] += (labels == kind) * np.float32(weight)


def _label(share: Floats, blur: float, hu: Floats) -> NDArray[np.uint8]:
    """Label what is mostly blood after partial volume and blur, and neither skull nor air."""
    present = share.any((1, 2))
    if not present.any():
        return np.zeros(hu.shape, np.uint8)
    for kind in np.flatnonzero(present):
        share[kind] = smooth(share[kind], blur)
    enough = np.where(present[4] & (share.argmax(0) == 4), _SUBARACHNOID_SHARE, _BLOOD_SHARE)
    blood = (share.sum(0) >= enough) & (hu < _BONE_HU) & (hu > -20)
    kind = share.argmax(0)
    blood &= (kind != 4) | (hu > _SUBARACHNOID_HU)
    return np.where(blood, kind, 0).astype(np.uint8)


def _add_effects(
    rng: Rng, hu: Floats, *, depth: Floats, rim: Floats, protocol: Protocol, look: _Look
) -> Floats:
    """Bright rim, cupping, streaks, noise, head holder."""
    size = protocol.size_px
    inside = depth > 0
    bone = hu > 300
    if np.count_nonzero(hu > _METAL_HU) > 2:
        hu = hu + _metal_streaks(rng, hu, protocol.px_mm)
    bright = look.rim_hu * np.exp(-depth / np.float32(look.rim_mm))
    bright += look.glow_hu * np.exp(-depth / np.float32(look.glow_mm))
    bright *= inside * (1 + np.float32(look.patchiness) * (rim - 1))
    hu = hu + smooth(bright.astype(np.float32), 0.8 / protocol.px_mm)
    axis = np.linspace(-1, 1, size, dtype=np.float32) * np.float32(size * protocol.px_mm / 180)
    radius2 = axis[:, None] ** 2 + axis[None, :] ** 2
    head = hu > -300
    hu += head * (np.float32(look.cupping_hu) * (radius2 - 0.4) + np.float32(look.offset_hu))
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


def _moved(rng: Rng, hu: Floats, px: float) -> Floats:
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


def _rotation(a: int, b: int, angle: float) -> NDArray[np.float64]:
    matrix = np.eye(3)
    matrix[[a, a, b, b], [a, b, a, b]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
    return matrix
