"""From raw slab outputs of a detector to calibrated probabilities of slices and of the study."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.manifest import Aggregation, Manifest

Floats = NDArray[np.float32]

_EPSILON = 1e-6


def calibrate(probability: Floats, temperature: tuple[float, ...]) -> Floats:
    """Temperature scaling (Guo et al. 2017) of each column: logit divided by its temperature.

    Parameters
    ----------
    probability
        (..., 6) 0-1.
    temperature
        By column; above 1 makes the model less sure of itself.
    """
    return _sigmoid(_logit(probability) / np.asarray(temperature))


def study_probability(slabs: Floats, aggregation: Aggregation) -> Floats:
    """Probability of each column for the whole study, from calibrated slab probabilities.

    Parameters
    ----------
    slabs
        (N, 6) calibrated.
    aggregation
        As the model's manifest says.

    Returns
    -------
    (6,) float32.
    """
    if aggregation.method == "noisy_or":
        pooled = 1.0 - np.prod(1.0 - slabs.astype(np.float64), axis=0)
    elif aggregation.method == "top_k_mean":
        count = min(aggregation.k, len(slabs))
        pooled = np.sort(slabs, axis=0)[-count:].mean(axis=0, dtype=np.float64)
    else:
        pooled = slabs.max(axis=0)
    logit = _logit(pooled) / np.asarray(aggregation.temperature) + np.asarray(aggregation.offset)
    return any_at_least_types(_sigmoid(logit))


def slice_probability(slabs: Floats, slab_of_k: NDArray[np.intp]) -> Floats:
    """(K, 6) probability of every slice: that of its slab."""
    return any_at_least_types(slabs[slab_of_k])


def any_at_least_types(probability: Floats) -> Floats:
    """Blood of a type is blood: the first column is raised to the largest of the others."""
    coherent = probability.astype(np.float32, copy=True)
    coherent[..., 0] = coherent.max(axis=-1)
    return coherent


def detect(manifest: Manifest, raw: Floats, slab_of_k: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Calibrated (K, 6) slice and (6,) study probabilities from a detector's (N, 6) output."""
    slabs = calibrate(raw, manifest.temperature)
    return slice_probability(slabs, slab_of_k), study_probability(slabs, manifest.aggregation)


def _logit(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    clipped = np.clip(probability.astype(np.float64), _EPSILON, 1.0 - _EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _sigmoid(logit: NDArray[np.float64]) -> Floats:
    return (1.0 / (1.0 + np.exp(-logit))).astype(np.float32)
