"""The scanner: where the slices lie, what they gather of the patient, and what of it is blood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.effects import Look, add_effects, moved
from training.fields import Floats, Rng, smooth, stretch
from training.gather import gather
from training.head import Head
from training.outline import outline
from training.protocol import Protocol

_CONTROL_PX = 28
_ELASTIC_MM = 8


@dataclass(frozen=True)
class Pose:
    """How the head lies: rotation and size, and a smooth deformation (mm, [3, k, j, i] at 8 mm)."""

    matrix: NDArray[np.float64]
    elastic_mm: Floats


@dataclass(frozen=True)
class Scan:
    """`hu` float32 and `mask` uint8 [k, j, i]; `positions_lps_mm` [K, 3] of voxel (k, 0, 0).

    `unseen`, as the mask, is blood that it leaves out because it cannot be seen. `midline_mm`
    float32 [k, j, i] at a quarter of the resolution tells the patient's side.
    """

    hu: Floats
    mask: NDArray[np.uint8]
    unseen: NDArray[np.uint8]
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
    look = Look.draw(rng)
    planes = [
        _take_slice(rng, head, protocol, pose=pose, look=look if effects else None, table_mm=z)
        for z in table
    ]
    row_step, corner = _directions(protocol)
    positions = corner + table[:, None] * np.array([0.0, 0.0, 1.0])
    hu, mask, unseen, midline = (np.stack(part) for part in zip(*planes, strict=True))
    return Scan(hu, mask, unseen, midline, positions, row_step)


def _directions(protocol: Protocol) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Step along a row's index j, and the corner voxel at table position 0, LPS mm."""
    tilt = np.radians(protocol.tilt_deg)
    row_step = np.array([0.0, np.cos(tilt), -np.sin(tilt)]) * protocol.px_mm
    half = (protocol.size_px - 1) / 2
    corner = -half * row_step + np.array([-half * protocol.px_mm, 0.0, 0.0])
    corner += np.array([protocol.center_mm[1], protocol.center_mm[0], 0.0])
    return row_step, corner


def _take_slice(
    rng: Rng, head: Head, protocol: Protocol, *, pose: Pose, look: Look | None, table_mm: float
) -> tuple[Floats, NDArray[np.uint8], NDArray[np.uint8], Floats]:
    """One slice: gather, blur, outline the blood, then add what the scanner adds."""
    size = protocol.size_px
    base, normal = _coordinates(head, protocol, pose, table_mm)
    middle = np.stack([stretch(c, (size, size)) for c in base])
    count = int(np.clip(round(protocol.slab_mm / 1.2), 1, 5))
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * protocol.slab_mm
    steps = (offsets[:, None] * normal).astype(np.float32)
    hu, share = gather(head.hu, head.label, middle, steps, outside_hu=-1000.0)
    blur = protocol.blur_mm / protocol.px_mm
    hu = smooth(hu, blur)
    if look and look.motion_mm:
        hu = moved(rng, hu, look.motion_mm / protocol.px_mm)
    depth = _nearest(head.depth_mm, middle).astype(np.float32)
    mask, unseen = outline(
        share, hu, inside=depth > 0, blur_px=blur, px_mm=protocol.px_mm, noise_hu=protocol.noise_hu
    )
    midline = _nearest(head.midline_mm, middle[:, ::4, ::4]).astype(np.float32)
    if look is None:
        return hu, mask, unseen, midline
    if protocol.sharpen:
        hu += protocol.sharpen * (hu - smooth(hu, 1.2 / protocol.px_mm))
    rim = _nearest(head.rim, middle[:, ::4, ::4]) if size % 4 == 0 else None
    rim_full = stretch(rim, (size, size)) if rim is not None else _nearest(head.rim, middle)
    hu = add_effects(rng, hu, depth=depth, rim=rim_full, protocol=protocol, look=look)
    return np.clip(np.rint(hu), -1024, 3071), mask, unseen, midline


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


def _rotation(a: int, b: int, angle: float) -> NDArray[np.float64]:
    matrix = np.eye(3)
    matrix[[a, a, b, b], [a, b, a, b]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
    return matrix
