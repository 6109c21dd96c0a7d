"""Split-conformal abstention, tried out on the table's own images.

Half of the patients say how unlike itself a positive and a negative may look; the other half is
then answered "present", "absent", or not at all where both or neither is possible. Each half
takes both parts, and the numbers are of both together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.language import tr
from ichviewer.report.summary import number

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

ALPHA = 0.05
#: Fewer images of a class than this give no quantile at alpha: ceil((n + 1) 0.95) > n.
LEAST = int(np.ceil(1 / ALPHA)) - 1


def abstention(truth: Bools, probability: Floats, groups: Sequence[str]) -> dict[str, Any]:
    """Coverage, share decided, and how right the decisions are, at alpha 0.05.

    Class by class (Vovk 2012, arXiv:1209.2673): of true positives, and of true negatives, at
    least 95 % keep their true answer possible if the halves are alike.

    Returns
    -------
    With `why_not`, a sentence, where there are too few images.
    """
    halves = _halves(groups)
    cases = [(truth[half] == positive).sum() for half in (halves, ~halves) for positive in (0, 1)]
    if min(cases, default=0) < LEAST:
        return {
            "alpha": ALPHA,
            "why_not": tr(
                "Each half of the patients needs {least} positives and {least} negatives.",
                least=LEAST,
            ),
        }
    can_be = np.zeros((len(truth), 2), bool)
    for half in (halves, ~halves):
        for answer, strange in enumerate((probability, 1 - probability)):
            limit = _quantile(strange[half & (truth == answer)])
            can_be[~half, answer] = strange[~half] <= limit
    decided = can_be.sum(axis=1) == 1
    kept = can_be[np.arange(len(truth)), truth.astype(int)]
    return {
        "alpha": ALPHA,
        "coverage_of_positives": number(float(kept[truth].mean())),
        "coverage_of_negatives": number(float(kept[~truth].mean())),
        "decided": number(float(decided.mean())),
        "abstained": number(float(1 - decided.mean())),
        "accuracy_of_decided": number(float(kept[decided].mean()) if decided.any() else np.nan),
    }


def _halves(groups: Sequence[str]) -> Bools:
    """True for the images of half of the patients, the same half every time."""
    names = np.asarray(groups, dtype=object).astype(str)
    unique, member = np.unique(names, return_inverse=True)
    order = np.random.default_rng(0).permutation(len(unique))
    return np.asarray((order < len(unique) // 2)[member], dtype=bool)


def _quantile(strange: Floats) -> float:
    """The ceil((n + 1) (1 - alpha))-th smallest."""
    rank = int(np.ceil((len(strange) + 1) * (1 - ALPHA)))
    return float(np.sort(strange)[rank - 1])
