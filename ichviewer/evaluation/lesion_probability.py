"""Whether the probability of a lesion keeps its word: how many lesions so probable are blood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.quantify import Found
from ichviewer.evaluation import metrics
from ichviewer.language import tr_later
from ichviewer.report.summary import number

#: Share of a marked region from which it counts as hemorrhage.
RIGHT_SHARE = 0.3
RULE = tr_later(
    "A marked lesion counts as hemorrhage where at least 0.3 of its voxels are true blood of any "
    "type; its probability should be the share of such lesions that are."
)
_BINS = (0.0, 0.05, 0.1, 0.2, 0.5, 0.8, 1.0)


@dataclass(frozen=True)
class ShownLesion:
    """A lesion that the program shows: how probable it says it is, and whether it is blood."""

    probability: float
    is_hemorrhage: bool


def shown_lesions(lesions: Sequence[Found], truth: NDArray[np.uint8]) -> Iterator[ShownLesion]:
    """Lesions beside the true labels (K, J, I) of their image."""
    for found in lesions:
        region = found.region
        share = float((truth[region.box][region.inside] > 0).mean())
        yield ShownLesion(found.probability, share >= RIGHT_SHARE)


def describe(lesions: Sequence[ShownLesion]) -> dict[str, Any] | None:
    """How probabilities and truth agree over all lesions, and bin by bin; None without lesions."""
    if not lesions:
        return None
    said = np.array([one.probability for one in lesions])
    truth = np.array([one.is_hemorrhage for one in lesions])
    one = np.ones(len(lesions))
    return {
        "lesions": len(lesions),
        "hemorrhage": int(truth.sum()),
        "auc": number(float(metrics.auc(truth, said, one))),
        "ece": number(float(metrics.calibration_error(truth, said, one))),
        "brier": number(float(metrics.brier(truth, said, one))),
        "bins": [_bin(said, truth, low, high) for low, high in pairwise(_BINS)],
    }


def _bin(
    said: NDArray[np.float64], truth: NDArray[np.bool_], low: float, high: float
) -> dict[str, Any]:
    inside = (said >= low) & ((said < high) | (high == _BINS[-1]))
    means = (said[inside].mean(), truth[inside].mean()) if inside.any() else (np.nan, np.nan)
    return {
        "from": low,
        "below": high,
        "lesions": int(inside.sum()),
        "probability": number(float(means[0])),
        "frequency": number(float(means[1])),
    }
