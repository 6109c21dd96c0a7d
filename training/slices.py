"""Endless training slices: series are simulated, kept for a while, and drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.prepare import AIR_HU, InputSpec, head_center_ji, window_channels
from training.fields import Floats, Rng
from training.head import Head, build_head
from training.pool import LEAST_BLOOD_PX, UNSEEN, Lessons, Pick, Pool, Stack
from training.protocol import draw_training_protocol
from training.recipe import Recipe
from training.scanner import Scan, draw_pose, scan

_MARGIN_PX = 16
_CENTER_JITTER_PX = 3.0
_SERIES_OF_A_HEAD = 2
_PART_SLICES = 12
#: Before the first batch: a network that goes on learning from fewer learns them by heart.
_LEAST_STACKS = 64
_ABOUT_BLOOD_SHARE = 0.75
_ALONE_SHARE = 0.5
#: Grey values of a picture rather than HU: what lies outside these has been cut off, of some even
#: the difference between bone and blood.
_CLIPPED_SHARE = 0.3
_TOPS_HU = (80.0, 150.0, 400.0)
_NARROW_SHARE = 0.2
_OFFSET_HU = 1.0
#: Of a batch: what was simulated is used more than once, so it comes the other way round as well.
_MIRRORED_SHARE = 0.5
_NOISIER_SHARE = 0.3
_MORE_NOISE_HU = 4.0
_HEAD_MM = 170.0
#: Left and right of each type change places, height and depth stay.
MIRRORED_DESCRIPTION = (1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 10, 11)


@dataclass(frozen=True)
class Batch:
    """`image` float32 [N, C, S, S], `mask` uint8 [N, S, S], `present` float32 [N, 6].

    `present` is 1, 0, or NaN for too little blood to ask for, or for blood that cannot be seen.
    `mask` and `description` as in `Stack`.
    `origin` int64 [N, 2] is the stack's number and the slice's place in it.
    """

    image: Floats
    mask: NDArray[np.uint8]
    present: Floats
    description: Floats
    origin: NDArray[np.int64]


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
    mask = np.where(taken.unseen, taken.unseen + UNSEEN, taken.mask)[crop].astype(np.uint8)
    return Stack(taken.hu[crop].astype(np.int16), mask, describe(taken, spec.spacing_mm))


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
    rng: Rng,
    numbers: tuple[int, ...],
    spec: InputSpec,
    recipe: Recipe,
    batch: int,
    *,
    lessons: Callable[[], Iterable[Lessons]] = tuple,
) -> Iterator[Batch]:
    """Draw batches for ever; the oldest series gives way to a new one as it is used up.

    `lessons` gives what came in since it was last asked of how wrong the network was; without it
    no slice is harder than another.
    """
    data = recipe.data
    pool = Pool(int(data["pool_stacks"]))
    owed = 0.0
    while True:
        owed -= batch
        while owed <= 0 or len(pool) < min(_LEAST_STACKS, int(data["pool_stacks"])):
            made = make_stacks(rng, numbers, spec, float(data["healthy_share"]))
            for stack in made:
                pool.add(stack)
            owed += float(data["uses_per_stack"]) * len(made)
        for lesson in lessons():
            pool.learn(lesson)
        picks = [pool.draw(rng, float(data["blood_share"])) for _ in range(batch)]
        yield _batch(rng, picks, spec)


def _batch(rng: Rng, picks: list[Pick], spec: InputSpec) -> Batch:
    images = np.stack([window_channels(_seen(rng, pick), spec.channels)[1] for pick in picks])
    mask = np.stack([pick.stack.mask[pick.k] for pick in picks])
    description = np.stack([pick.stack.description[pick.k] for pick in picks])
    mirrored = rng.random(len(picks)) < _MIRRORED_SHARE
    images[mirrored] = images[mirrored, ..., ::-1]
    mask[mirrored] = mask[mirrored, ..., ::-1]
    description[mirrored] = description[mirrored][:, MIRRORED_DESCRIPTION]
    origin = np.array([(pick.number, pick.k) for pick in picks])
    return Batch(images, mask, present(mask), description, origin)


def part_of(batch: Batch, size_px: int, seed: int) -> Batch:
    """The middle of the head, somewhat off: quicker, and blood is seen at other places."""
    spare = batch.mask.shape[1] - size_px
    rows, columns = np.random.default_rng(seed).integers(spare // 4, spare - spare // 4 + 1, 2)
    window = np.s_[..., rows : rows + size_px, columns : columns + size_px]
    mask = batch.mask[window]
    return replace(batch, image=batch.image[window], mask=mask, present=present(mask))


def _seen(rng: Rng, pick: Pick) -> Floats:
    """HU [3, S, S] of a slice and its neighbours, or of it alone; some as pictures keep them."""
    hu, k = pick.stack.hu, pick.k
    neighbours = np.clip([k - 1, k, k + 1], 0, len(hu) - 1)
    if rng.random() < _ALONE_SHARE:
        neighbours[:] = k
    slabs = np.maximum(hu[neighbours].astype(np.float32), AIR_HU)
    if rng.random() < _NOISIER_SHARE:
        noise_hu = np.float32(rng.uniform(0, _MORE_NOISE_HU))
        slabs += noise_hu * rng.standard_normal(slabs.shape[1:], np.float32) * (slabs > AIR_HU)
    if rng.random() < _CLIPPED_SHARE:
        narrow = rng.random() < _NARROW_SHARE
        top_hu = rng.uniform(*(_TOPS_HU[:2] if narrow else _TOPS_HU[1:]))
        slabs = np.clip(slabs, rng.uniform(-200, 0), top_hu)
    return slabs + np.float32(rng.normal(0, _OFFSET_HU))


def present(mask: NDArray[np.uint8]) -> Floats:
    """Which of any and the five types a slice [N, S, S] shows: 1, 0, or NaN for hardly."""
    seen = [(mask == c).sum((1, 2)) for c in range(1, 6)]
    hidden = [(mask == UNSEEN + c).sum((1, 2)) for c in range(1, 6)]
    area = np.stack([np.sum(seen, 0), *seen], 1)
    answer = (area >= LEAST_BLOOD_PX).astype(np.float32)
    hardly = (area > 0) | (np.stack([np.sum(hidden, 0), *hidden], 1) > 0)
    answer[hardly & (area < LEAST_BLOOD_PX)] = np.nan
    return answer
