"""Which marked regions are hemorrhage: what is known of them, the truth, and the regression.

A region is right where at least `RIGHT_SHARE` of it is blood. Where blood is simulated that cannot
be seen, nobody could say; regions that lie there for the most part are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ichviewer.analysis.lesion_probability import (
    FEATURES,
    MarkedRegion,
    marked_region,
    region_features,
)
from ichviewer.analysis.quantify import find_lesions
from ichviewer.analysis.reconcile import DROPPED_OUTSIDE, DROPPED_SMALL, Judge
from ichviewer.analysis.segment import Marked
from ichviewer.evaluation.lesion_probability import RIGHT_SHARE
from ichviewer.imaging.volume import Volume
from training.fields import Floats

#: How probable a region has to be at each operating point. What is hidden by mistake may harm more
#: than what is shown by mistake, so all are low: one in 50, in 20 and in 5.
SHOWN_FROM = {"sensitive": 0.02, "balanced": 0.05, "specific": 0.2}
_SEEN_SHARE = 0.5
#: Of the squared weights; hardly any, as regions outnumber weights by hundreds.
_INVERSE_PENALTY = 10.0


@dataclass(frozen=True, eq=False)
class JudgedRegion:
    """A region that is neither small nor away from the brain.

    Parameters
    ----------
    known
        What is known of it; its areas are those on the slabs that were read.
    is_right
        Whether it is hemorrhage.
    is_shown
        Whether the viewer shows it.
    probability
        Of being hemorrhage, as the viewer states it.
    """

    known: MarkedRegion
    is_right: bool
    is_shown: bool
    probability: float


def judged_regions(
    marked: Marked,
    volume: Volume,
    judge: Judge,
    slab_of_k: NDArray[np.intp],
    *,
    truth: NDArray[np.uint8],
    unseen: NDArray[np.uint8],
) -> Iterator[JudgedRegion]:
    """The regions of a scan beside the truth.

    Parameters
    ----------
    marked
        The whole mask.
    volume
        The scan.
    judge
        The viewer's.
    slab_of_k
        (K,) slabs of the slices.
    truth, unseen
        (K, J, I) labels of the blood, and of blood that cannot be seen.
    """
    for found in find_lesions(marked, volume):
        why = judge.why_dropped(found, volume)
        region = found.region
        voxel_ml = volume.grid.voxel_ml[region.box[0], None, None]
        seen_ml = np.where(unseen[region.box], 0.0, region.inside * voxel_ml)
        true_ml = float(seen_ml[truth[region.box] > 0].sum())
        if why in (DROPPED_SMALL, DROPPED_OUTSIDE) or seen_ml.sum() < _SEEN_SHARE * found.volume_ml:
            continue
        yield JudgedRegion(
            _on_slabs(marked_region(found, volume), slab_of_k),
            is_right=true_ml >= RIGHT_SHARE * float(seen_ml.sum()),
            is_shown=not why,
            probability=judge.probability(found, volume),
        )


def _on_slabs(region: MarkedRegion, slab_of_k: NDArray[np.intp]) -> MarkedRegion:
    """Areas by slab; nothing is marked on slices that were not read."""
    area = np.zeros(slab_of_k.max() + 1, np.intp)
    holding = np.flatnonzero(region.area)
    np.add.at(area, slab_of_k[holding], region.area[holding])
    return replace(region, area=area)


def fit_regions(
    regions: Sequence[Sequence[JudgedRegion]],
    slabs: Sequence[Floats],
    has_contrast: Sequence[bool],
) -> dict[str, Any] | None:
    """A manifest's `regions`: terms for the probability that a region is hemorrhage.

    None where all regions are right, or none is: nothing is known then of what tells them apart.

    Parameters
    ----------
    regions
        Of each study.
    slabs
        (N, 6) calibrated probabilities of its slabs.
    has_contrast
        Whether vessels are bright in it.
    """
    features = [
        region_features(one.known, said, has_contrast=bright)
        for own, said, bright in zip(regions, slabs, has_contrast, strict=True)
        for one in own
    ]
    right = [one.is_right for own in regions for one in own]
    if len(set(right)) < 2:
        return None
    fitted = LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000).fit(np.stack(features), right)
    weights = zip(FEATURES, fitted.coef_[0], strict=True)
    return {
        "meaning": "logistic regression: probability that a marked region is hemorrhage",
        "intercept": round(float(fitted.intercept_[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in weights},
        "shown_from": SHOWN_FROM,
        "data": f"{len(right)} marked regions, {sum(right)} of them hemorrhage, of "
        f"{len(regions)} simulated studies",
    }
