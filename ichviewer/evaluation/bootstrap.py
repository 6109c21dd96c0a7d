"""Intervals by drawing patients: rows of one group are drawn together or not at all.

A draw is a weight for every row, how often its group was drawn (Efron 1979, doi:10.1214/aos/
1176344552, with groups as the units), so every metric that takes weights has an interval.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 1000
LEAST_GROUPS = 5
_LEAST_DRAWS = 200
_MOST_WEIGHTS = 5_000_000
_PERCENTILES = (2.5, 97.5)


def draw_weights(groups: Sequence[str], seed: int = 0) -> Floats:
    """(B, n) how often each row is drawn.

    Parameters
    ----------
    groups
        (n,) the patient of every row.
    seed
        The same table gives the same intervals.
    """
    _, member = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    count = int(member.max()) + 1 if len(member) else 0
    draws = int(np.clip(_MOST_WEIGHTS // max(len(groups), 1), _LEAST_DRAWS, DRAWS))
    if count == 0:
        return np.zeros((draws, 0))
    rng = np.random.default_rng(seed)
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=draws)
    return np.asarray(times[:, member], dtype=np.float64)


def interval(values: Floats, groups: int) -> tuple[float, float] | None:
    """95 % percentile interval of a metric.

    Parameters
    ----------
    values
        (B,) the metric in every draw.
    groups
        How many patients it is about.

    Returns
    -------
    None where there are fewer than `LEAST_GROUPS`, of whom draws say nothing, or where most draws
    have no value.
    """
    known = values[np.isfinite(values)]
    if groups < LEAST_GROUPS or len(known) * 2 < len(values):
        return None
    low, high = np.percentile(known, _PERCENTILES)
    return float(low), float(high)
