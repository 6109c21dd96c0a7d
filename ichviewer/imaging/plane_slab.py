"""Slabs: several neighbouring cuts projected onto one, as highest, mean or lowest HU.

Every cut is looked through square to the plane. Where the gantry was tilted, neighbouring cuts
lie beside one another on the screen, so each is moved by whole pixels before it is projected: HU
are never interpolated. In the mean every cut counts with the millimetres of it that lie in the
slab, so uneven spacing and missing slices are right.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.grid import Float
from ichviewer.imaging.plane import Axis, Plane, steps_of
from ichviewer.language import tr_later

#: A cut that reaches less than this into a slab is not part of it.
_TOUCH_MM = 1e-6


class Projection(StrEnum):
    """What is kept of the HU along the line of sight."""

    NONE = tr_later("off")
    MAXIMUM = tr_later("MIP")
    MEAN = tr_later("mean")
    MINIMUM = tr_later("MinIP")


@dataclass(frozen=True)
class Slab:
    """What is projected, over how many mm square to the plane."""

    projection: Projection = Projection.NONE
    thickness_mm: float = 20.0


class Member(NamedTuple):
    """One cut of a slab: how much of it lies inside, and how far down and right it lies."""

    cut: int
    inside_mm: float
    rows: int
    columns: int


def slab_members(plane: Plane, index: int, thickness_mm: float) -> tuple[Member, ...]:
    """The cuts that a slab around one of them touches.

    Parameters
    ----------
    plane
        Whose cuts.
    index
        Of the cut in the slab's middle.
    thickness_mm
        Of the slab, square to the plane.

    Returns
    -------
    At least the middle cut itself, in the order of their indices.
    """
    if plane.count < 2:
        return (Member(index, thickness_mm, 0, 0),)
    normal = np.cross(plane.right_lps, plane.down_lps)
    if plane.axis is Axis.K:
        positions = plane.grid.slice_positions_lps_mm
    else:
        positions = np.arange(plane.count)[:, None] * steps_of(plane.grid)[plane.axis]
    away = positions - positions[index]
    heights = away @ normal
    # "Before" and "after" follow the index, whichever way the screen's normal points.
    sign = 1.0 if heights[-1] >= heights[0] else -1.0
    heights = sign * heights
    before, after = _reaches_mm(plane)
    half = thickness_mm / 2
    inside = np.minimum(heights + after, half) - np.maximum(heights - before, -half)
    kept = np.flatnonzero(inside > _TOUCH_MM).tolist() or [index]
    rows = np.rint(away @ plane.down_lps / plane.pixel_mm[0]).astype(int)
    columns = np.rint(away @ plane.right_lps / plane.pixel_mm[1]).astype(int)
    return tuple(Member(n, float(inside[n]), int(rows[n]), int(columns[n])) for n in kept)


def cut_slab(
    plane: Plane, hu: NDArray[Any], index: int, slab: Slab, fill: float = 0
) -> NDArray[Any]:
    """Project the slab around one cut.

    Parameters
    ----------
    hu
        (K, J, I) on the plane's grid.
    index
        Of the cut in the slab's middle.
    slab
        What is projected, and its thickness.
    fill
        Value of pixels where no cut of the slab has a voxel.

    Returns
    -------
    (rows, columns) of the same type, the mean rounded where that is integral.
    """
    members = slab_members(plane, index, slab.thickness_mm)
    if slab.projection is Projection.NONE or len(members) == 1:
        return plane.cut(hu, index, fill)
    if any(member.rows or member.columns for member in members):
        return _project_moved(plane, hu, members, slab.projection, fill)
    first, last = members[0].cut, members[-1].cut
    block = hu[(slice(None),) * plane.axis + (slice(first, last + 1),)]
    if slab.projection is Projection.MAXIMUM:
        projected = block.max(axis=plane.axis)
    elif slab.projection is Projection.MINIMUM:
        projected = block.min(axis=plane.axis)
    else:
        weights = np.array([member.inside_mm for member in members], dtype=np.float32)
        weights /= weights.sum()
        mean = _weighted(block.astype(np.float32), weights, plane.axis)
        projected = _as_type(mean, hu.dtype)
    return plane.cut(np.expand_dims(projected, plane.axis), 0, fill)


def _weighted(block: NDArray[np.float32], weights: NDArray[np.float32], axis: Axis) -> NDArray[Any]:
    """Sum along an axis with weights, without moving the block in memory."""
    if axis is Axis.K:
        return np.asarray(weights @ block.reshape(len(weights), -1)).reshape(block.shape[1:])
    return np.asarray(np.matmul(weights, block) if axis is Axis.J else np.matmul(block, weights))


def _project_moved(
    plane: Plane,
    hu: NDArray[Any],
    members: tuple[Member, ...],
    projection: Projection,
    fill: float,
) -> NDArray[Any]:
    """Project cuts that lie beside one another, each moved onto the middle one."""
    low, high = (-np.inf, np.inf) if hu.dtype.kind == "f" else _limits(hu.dtype)
    start = {Projection.MAXIMUM: low, Projection.MINIMUM: high, Projection.MEAN: 0.0}[projection]
    is_mean = projection is Projection.MEAN
    projected = np.full(plane.shape, start, dtype=np.float32 if is_mean else hu.dtype)
    seen_mm = np.zeros(plane.shape, dtype=np.float32)
    has_voxel = _has_voxel(plane)
    where: Any = True if has_voxel.all() else has_voxel
    for member in members:
        here, there = _overlap(plane.shape, member)
        values = plane.cut(hu, member.cut, fill)[there]
        voxels = where if where is True else where[there]
        target, seen = projected[here], seen_mm[here]
        if projection is Projection.MAXIMUM:
            np.maximum(target, values, out=target, where=voxels)
        elif projection is Projection.MINIMUM:
            np.minimum(target, values, out=target, where=voxels)
        else:
            weighted = np.multiply(values, member.inside_mm, dtype=np.float32)
            np.add(target, weighted, out=target, where=voxels)
        np.add(seen, member.inside_mm, out=seen, where=voxels)
    if is_mean:
        np.divide(projected, seen_mm, out=projected, where=seen_mm > 0)
    projected[seen_mm == 0] = fill
    return _as_type(projected, hu.dtype)


def _reaches_mm(plane: Plane) -> tuple[Float, Float]:
    """(count,) how far every cut's voxels reach towards the cut before, and the one after."""
    if plane.axis is Axis.K:
        return plane.grid.slice_reaches_mm
    step = steps_of(plane.grid)[plane.axis]
    half = abs(float(step @ np.cross(plane.right_lps, plane.down_lps))) / 2
    both = np.full(plane.count, half)
    return both, both


def _has_voxel(plane: Plane) -> NDArray[np.bool_]:
    """(rows, columns) where the cuts of a plane have voxels."""
    if plane.source is None:
        return np.ones(plane.shape, dtype=np.bool_)
    first, second = (n for axis, n in zip(Axis, plane.grid.shape_kji, strict=True)
                     if axis is not plane.axis)  # fmt: skip
    return np.asarray(plane.source < first * second)


def _overlap(shape: tuple[int, int], member: Member) -> tuple[Any, Any]:
    """Where a member's pixels fall in the middle cut, and which of its own those are."""
    here, there = [], []
    for size, by in zip(shape, (member.rows, member.columns), strict=True):
        first, last = max(0, by), max(0, min(size, size + by))
        here.append(slice(min(first, last), last))
        there.append(slice(min(first, last) - by, last - by))
    return tuple(here), tuple(there)


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def _as_type(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    is_rounded = dtype.kind in "iu" and values.dtype.kind == "f"
    return np.asarray((np.rint(values) if is_rounded else values).astype(dtype, copy=False))
