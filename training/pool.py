"""Simulated series kept for a while; of slices without blood, the harder are drawn.

Most slices without blood are soon easy. So a draw looks at a few of them and takes the one on
which the network was last most wrong, or which it has not seen yet: mining of hard negatives
without a second pass over anything. Slices with blood are not mined: the hardest of them are those
whose blood nobody could see, and a network fed with these sees blood everywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fields import Floats, Rng

#: Fewer pixels of blood than this (8 mm² at 0.75 mm) are neither asked for nor held against the
#: network; nobody could see them in noise.
LEAST_BLOOD_PX = 14
#: Added to the type in a mask where its blood cannot be seen: no answer there is right or wrong.
UNSEEN = 8
_CANDIDATES = 2
_TRIES = 12


@dataclass(frozen=True)
class Stack:
    """One series on the network's grid: `hu` int16 and `mask` uint8 [K, S, S].

    The mask holds types by number, `UNSEEN` added where nothing is asked. `description` float32
    [K, 12] says what the embedding shall tell apart.
    """

    hu: NDArray[np.int16]
    mask: NDArray[np.uint8]
    description: Floats


@dataclass(frozen=True)
class Pick:
    """Slice `k` of a series; `number` is that series' own in its pool."""

    stack: Stack
    number: int
    k: int


@dataclass(frozen=True)
class Lessons:
    """How wrong the network was: `origin` int64 [N, 2], numbers and slices; `loss` float32 [N]."""

    origin: NDArray[np.int64]
    loss: Floats


class Pool:
    """At most `size` series; the oldest gives way."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._made = 0
        self._stacks: OrderedDict[int, Stack] = OrderedDict()
        self._choices: dict[int, dict[bool, NDArray[np.int64]]] = {}
        self._hardness: dict[int, Floats] = {}

    def __len__(self) -> int:
        return len(self._stacks)

    def add(self, stack: Stack) -> None:
        """Take in a series that the network has not seen."""
        self._stacks[self._made] = stack
        seen = ((stack.mask > 0) & (stack.mask < UNSEEN)).sum((1, 2)) >= LEAST_BLOOD_PX
        without = ~stack.mask.any((1, 2))
        self._choices[self._made] = {True: np.flatnonzero(seen), False: np.flatnonzero(without)}
        self._hardness[self._made] = np.full(len(stack.hu), np.inf, np.float32)
        self._made += 1
        if len(self._stacks) > self._size:
            oldest, _ = self._stacks.popitem(last=False)
            del self._choices[oldest], self._hardness[oldest]

    def learn(self, lessons: Lessons) -> None:
        """Note how wrong the network was; series that are gone are passed over."""
        for (number, k), loss in zip(lessons.origin, lessons.loss, strict=True):
            if int(number) in self._hardness:
                self._hardness[int(number)][k] = loss

    def draw(self, rng: Rng, blood_share: float) -> Pick:
        """A slice with blood, or the hardest of a few without, as the share asks."""
        wanted = bool(rng.random() < blood_share)
        count = 1 if wanted else _CANDIDATES
        candidates = [self._candidate(rng, wanted) for _ in range(count)]
        hardest = max(candidates, key=lambda pick: self._hardness[pick.number][pick.k])
        # Until it is known how this went, others come first.
        self._hardness[hardest.number][hardest.k] = 0.0
        return hardest

    def _candidate(self, rng: Rng, wanted: bool) -> Pick:
        numbers = list(self._stacks)
        for _ in range(_TRIES):
            number = numbers[int(rng.integers(len(numbers)))]
            choices = self._choices[number][wanted]
            if len(choices):
                return Pick(self._stacks[number], number, int(rng.choice(choices)))
        return Pick(self._stacks[number], number, int(rng.integers(len(self._hardness[number]))))
