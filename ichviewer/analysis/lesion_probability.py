"""How probable it is that a marked region is hemorrhage, of whatever type.

The probabilities of its voxels cannot say. A softmax is nearly as sure of a bright rim under the
skull as of blood: on simulated heads never trained on, voxels of marked regions stood at 0.83 on
average where one region in six was hemorrhage. A logistic regression, fitted on regions whose truth
is known (`training.regions`), weighs them with what else is known of the region.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.entries import EntryError, mapping, number
from ichviewer.analysis.findings import HemorrhageType, OperatingPoint
from ichviewer.analysis.quantify import Found, nominal_ml
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

#: What is weighed, in this order: the logit of the slices' probability of any hemorrhage (mean over
#: the region's area), the highest logit of its own type, the logit of its voxels' mean probability,
#: the logarithm of its mL, and 1 where it may be bright vessels taken for subarachnoid blood.
FEATURES = ("any", "type", "voxels", "log_ml", "vessels")
_FARTHEST = 1e-3


@dataclass(frozen=True)
class RegionTerms:
    """A logistic regression, and what is made of it.

    Parameters
    ----------
    intercept, weights
        The weights follow `FEATURES`.
    shown_from
        Probability from which a region is shown, at each operating point.
    """

    intercept: float
    weights: tuple[float, ...]
    shown_from: Mapping[OperatingPoint, float]


@dataclass(frozen=True, eq=False)
class MarkedRegion:
    """What is known of a region without the detector.

    Parameters
    ----------
    kind
        Its type.
    area
        (K,) voxels on each slice.
    voxels
        Mean probability of its voxels.
    volume_ml
        On a single slice, as if that were 5 mm thick.
    """

    kind: HemorrhageType
    area: NDArray[np.intp]
    voxels: float
    volume_ml: float


def marked_region(found: Found, volume: Volume) -> MarkedRegion:
    """What is known of a region of a volume, as the segmenter left it."""
    area = np.zeros(volume.shape_kji[0], np.intp)
    area[found.region.box[0]] = found.region.inside.sum(axis=(1, 2))
    return MarkedRegion(found.kind, area, found.probability, nominal_ml(found, volume))


def region_features(
    region: MarkedRegion, slices: NDArray[np.float32], *, has_contrast: bool
) -> NDArray[np.float64]:
    """(5,) `FEATURES` of a region.

    Parameters
    ----------
    region
        It.
    slices
        (K, 6) calibrated probabilities of the slices that its areas are of.
    has_contrast
        Whether vessels are bright.
    """
    is_subarachnoid = region.kind is HemorrhageType.SUBARACHNOID
    return np.array(
        [
            _logit(float(np.average(slices[:, 0].astype(np.float64), weights=region.area))),
            _logit(float(slices[region.area > 0, region.kind].max())),
            _logit(region.voxels),
            np.log(region.volume_ml),
            float(has_contrast and is_subarachnoid),
        ]
    )


def lesion_probability(features: NDArray[np.float64], terms: RegionTerms) -> float:
    """Probability from 0 to 1 that a region with these `FEATURES` is hemorrhage."""
    logit = terms.intercept + float(features @ np.asarray(terms.weights))
    return float(1.0 / (1.0 + np.exp(-logit)))


def read_region_terms(entry: Mapping[str, Any]) -> RegionTerms | None:
    """Read a manifest's `regions`; None where it has none."""
    if "regions" not in entry:
        return None
    own = mapping(entry["regions"], "regions")
    weights = mapping(own.get("weights"), "regions.weights")
    shown_from = mapping(own.get("shown_from"), "regions.shown_from")
    least = [number(shown_from, p, 0.0, 1.0, "regions.shown_from") for p in OperatingPoint]
    if sorted(least) != least:
        raise EntryError(tr("regions.shown_from: a more sensitive point must not ask for more"))
    return RegionTerms(
        intercept=number(own, "intercept", within="regions"),
        weights=tuple(number(weights, name, within="regions.weights") for name in FEATURES),
        shown_from=dict(zip(OperatingPoint, least, strict=True)),
    )


def _logit(probability: float) -> float:
    clipped = min(max(probability, _FARTHEST), 1.0 - _FARTHEST)
    return float(np.log(clipped) - np.log1p(-clipped))
