"""Endless training slices: series are simulated, kept for a while, and drawn from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.prepare import AIR_HU, InputSpec, head_center_ji, window_channels
from training.fields import Floats, Rng
from training.head import Head, build_head
from training.protocol import draw_training_protocol
from training.recipe import Recipe
from training.scanner import Scan, draw_pose, scan

_MARGIN_PX = 16
_CENTER_JITTER_PX = 3.0
_SERIES_OF_A_HEAD = 2
_PART_SLICES = 18
_ABOUT_BLOOD_SHARE = 0.75
_ALONE_SHARE = 0.35
#: Grey values of a picture rather than HU: what lies outside these has been cut off.
_CLIPPED_SHARE = 0.3
_OFFSET_HU = 1.0
_HEAD_MM = 170.0
#: Fewer pixels of blood than this are neither asked for nor held against the network.
LEAST_BLOOD_PX = 8


@dataclass(frozen=True)
class Stack:
    """One series on the network's grid: `hu` int16 and `mask` uint8 [K, S, S].

    `description` float32 [K, 12] says what the embedding shall tell apart.
    """

    hu: NDArray[np.int16]
    mask: NDArray[np.uint8]
    description: Floats


@dataclass(frozen=True)
class Batch:
    """`image` float32 [N, C, S, S], `mask` uint8 [N, S, S], `present` float32 [N, 6].

    `present` is 1, 0, or NaN for too little blood to ask for. `description` as in `Stack`.
    """

    image: Floats
    mask: NDArray[np.uint8]
    present: Floats
    description: Floats


def make_stacks(
    rng: Rng, numbers: tuple[int, ...], spec: InputSpec, healthy_share: float
) -> list[Stack]:
    """Simulate one head and two series of parts of it, centred as `prepare` centres.

    Building a head takes as long as taking twenty slices of it, so it lies down twice.
    """
    kinds = () if rng.random() < healthy_share else None
    head = build_head(rng, int(rng.choice(numbers)), kinds)
    return [_take_part(rng, head, spec) for _ in range(_SERIES_OF_A_HEAD)]


def _take_part(rng: Rng, head: Head, spec: InputSpec) -> Stack:
    """A run of slices, about blood more often than not."""
    wide = spec.size_px + 2 * _MARGIN_PX
    protocol = draw_training_protocol(rng, head, wide, spec.spacing_mm)
    pose = draw_pose(rng, head.hu.shape)
    table = protocol.table_mm
    bloody_k = np.flatnonzero(head.label.any((1, 2)))
    if len(bloody_k) and rng.random() < _ABOUT_BLOOD_SHARE:
        middle_mm = float(rng.choice(bloody_k)) - (len(head.hu) - 1) / 2
        middle = int(np.abs(table - middle_mm).argmin())
    else:
        middle = int(rng.integers(len(table)))
    start = int(np.clip(middle - _PART_SLICES // 2, 0, max(0, len(table) - _PART_SLICES)))
    taken = scan(rng, head, protocol, pose, slice(start, start + _PART_SLICES))
    return _centred(rng, taken, spec)


def _centred(rng: Rng, taken: Scan, spec: InputSpec) -> Stack:
    center = np.array(head_center_ji(taken.hu, spec.spacing_mm, spec.spacing_mm))
    center += rng.normal(0, _CENTER_JITTER_PX, 2)
    first = np.rint(center - (spec.size_px - 1) / 2).astype(int)
    rows, columns = np.clip(first, 0, 2 * _MARGIN_PX)
    crop = np.s_[:, rows : rows + spec.size_px, columns : columns + spec.size_px]
    return Stack(
        taken.hu[crop].astype(np.int16), taken.mask[crop].copy(), describe(taken, spec.spacing_mm)
    )


def describe(taken: Scan, px_mm: float) -> Floats:
    """What retrieval shall see in a slice: how much of which type on which side, and where."""
    left = np.repeat(np.repeat(taken.midline_mm > 0, 4, 1), 4, 2)
    columns = [
        np.sqrt((side & (taken.mask == kind)).sum((1, 2)) * px_mm**2) / 15
        for kind in range(1, 6)
        for side in (left, ~left)
    ]
    blood = (taken.mask > 0).sum((1, 2))
    height = np.clip(taken.positions_lps_mm[:, 2] / _HEAD_MM + 0.5, 0, 1)
    rows = np.arange(taken.mask.shape[1])[None, :] - taken.mask.shape[1] / 2
    middle = ((taken.mask > 0).sum(2) * rows).sum(1) / np.maximum(blood, 1) / 60
    columns += [np.where(blood > 0, height, 0.5 * height), middle]
    return np.stack(columns, 1).astype(np.float32)


def batches(
    rng: Rng, numbers: tuple[int, ...], spec: InputSpec, recipe: Recipe, batch: int
) -> Iterator[Batch]:
    """Draw batches for ever; the oldest series gives way to a new one as it is used up."""
    data = recipe.data
    pool: deque[Stack] = deque(maxlen=int(data["pool_stacks"]))
    owed = 0.0
    while True:
        owed -= batch
        while owed <= 0 or len(pool) < 8:
            made = make_stacks(rng, numbers, spec, float(data["healthy_share"]))
            pool.extend(made)
            owed += float(data["uses_per_stack"]) * len(made)
        picks = [_draw(rng, pool, float(data["blood_share"])) for _ in range(batch)]
        yield _batch(rng, picks, spec)


def _draw(rng: Rng, pool: deque[Stack], blood_share: float) -> tuple[Stack, int]:
    """A slice of the pool, with blood or without as the share asks."""
    wanted = rng.random() < blood_share
    for _ in range(12):
        stack = pool[int(rng.integers(len(pool)))]
        bloody = (stack.mask > 0).sum((1, 2)) >= LEAST_BLOOD_PX
        choices = np.flatnonzero(bloody == wanted)
        if len(choices):
            return stack, int(rng.choice(choices))
    return stack, int(rng.integers(len(stack.hu)))


def _batch(rng: Rng, picks: list[tuple[Stack, int]], spec: InputSpec) -> Batch:
    images, masks, descriptions = [], [], []
    for stack, k in picks:
        neighbours = np.clip([k - 1, k, k + 1], 0, len(stack.hu) - 1)
        if rng.random() < _ALONE_SHARE:
            neighbours[:] = k
        slabs = np.maximum(stack.hu[neighbours].astype(np.float32), AIR_HU)
        if rng.random() < _CLIPPED_SHARE:
            slabs = np.clip(slabs, rng.uniform(-200, 0), rng.uniform(150, 400))
        slabs += np.float32(rng.normal(0, _OFFSET_HU))
        images.append(window_channels(slabs, spec.channels)[1])
        masks.append(stack.mask[k])
        descriptions.append(stack.description[k])
    mask = np.stack(masks)
    return Batch(np.stack(images), mask, present(mask), np.stack(descriptions))


def present(mask: NDArray[np.uint8]) -> Floats:
    """Which of any and the five types a slice [N, S, S] shows: 1, 0, or NaN for hardly."""
    area = np.stack([(mask > 0).sum((1, 2))] + [(mask == c).sum((1, 2)) for c in range(1, 6)], 1)
    answer = (area >= LEAST_BLOOD_PX).astype(np.float32)
    answer[(area > 0) & (area < LEAST_BLOOD_PX)] = np.nan
    return answer
