"""Endless training slices: series are simulated, kept for a while, and drawn from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.prepare import AIR_HU, InputSpec, head_center_ji, window_channels
from training.fields import Floats, Rng
from training.head import build_head
from training.recipe import Recipe
from training.scanner import Scan, draw_pose, draw_training_protocol, scan

_MARGIN_PX = 16
_CENTER_JITTER_PX = 3.0
_MOST_SLICES = 44
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


def make_stack(rng: Rng, numbers: tuple[int, ...], spec: InputSpec, healthy_share: float) -> Stack:
    """Simulate one head and one series of it, centred as `prepare` centres."""
    kinds = () if rng.random() < healthy_share else None
    head = build_head(rng, int(rng.choice(numbers)), kinds)
    wide = spec.size_px + 2 * _MARGIN_PX
    protocol = draw_training_protocol(rng, head, wide, spec.spacing_mm)
    count = len(protocol.table_mm)
    start = int(rng.integers(0, max(1, count - _MOST_SLICES + 1)))
    taken = scan(
        rng, head, protocol, draw_pose(rng, head.hu.shape), slice(start, start + _MOST_SLICES)
    )
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
    height = np.linspace(0, 1, len(blood))
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
            pool.append(make_stack(rng, numbers, spec, float(data["healthy_share"])))
            owed += float(data["uses_per_stack"])
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
        if rng.random() < 0.03:  # a single slice stands alone
            neighbours[:] = k
        slabs = np.maximum(stack.hu[neighbours].astype(np.float32), AIR_HU)
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
