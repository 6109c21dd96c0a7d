"""What counts as near and far among the vectors of one library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Farther from its nearest neighbour than this share of the library's own cases is "far".
FAR_QUANTILE = 0.99
#: Larger libraries are measured on this many cases, evenly spread over them.
SAMPLE = 2000

_QUANTILES = 201


@dataclass(frozen=True)
class Scale:
    """Distances within a library, to read a new distance against.

    Parameters
    ----------
    far_distance
        The 99th percentile of the distances of cases to their nearest other case; `inf` where
        there are fewer than two cases.
    pair_quantiles
        Distances of all pairs at 201 evenly spaced quantiles, 0 to 1; empty likewise.
    """

    far_distance: float
    pair_quantiles: tuple[float, ...] = field(repr=False)

    def percentile(self, distance: float) -> float:
        """Share (0-100) of all pairs that are farther apart; NaN where there are no pairs."""
        if not self.pair_quantiles:
            return float("nan")
        shares = np.linspace(0.0, 100.0, len(self.pair_quantiles))
        return 100.0 - float(np.interp(distance, self.pair_quantiles, shares))


def sample_rows(count: int, most: int = SAMPLE) -> NDArray[np.intp]:
    """Which of `count` rows to measure on: all, or `most` spread evenly over them."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.intp)


def measure_scale(sample: NDArray[np.float32], vectors: Sequence[NDArray[np.float32]]) -> Scale:
    """Measure the distances within a library.

    Parameters
    ----------
    sample
        (m, D) vectors of the cases chosen by `sample_rows`.
    vectors
        All vectors of the library, in parts of (n, D).
    """
    if len(sample) < 2:
        return Scale(float("inf"), ())
    pairs = distances(sample, sample)[np.triu_indices(len(sample), k=1)]
    quantiles = np.quantile(pairs, np.linspace(0.0, 1.0, _QUANTILES))
    two_nearest = np.full((len(sample), 2), np.inf)
    for part in vectors:
        both = np.concatenate([two_nearest, distances(sample, part)], axis=1)
        two_nearest = np.partition(both, 1, axis=1)[:, :2]
    # The nearest is the case itself.
    far_distance = float(np.quantile(two_nearest[:, 1], FAR_QUANTILE))
    return Scale(far_distance, tuple(float(q) for q in quantiles))


def distances(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Euclidean distances of L2-normalised vectors.

    Parameters
    ----------
    queries, vectors
        (m, D) and (n, D).

    Returns
    -------
    (m, n) distances, 0 to 2.
    """
    # In float64: near 0 the cosine of float32 vectors would leave no digits of the distance.
    first, second = queries.astype(np.float64), vectors.astype(np.float64)
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.asarray(np.sqrt(np.clip(squares, 0.0, None)))
