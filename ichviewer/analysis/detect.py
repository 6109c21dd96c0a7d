"""From raw slab outputs of a detector to calibrated probabilities of slices and of the study."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.manifest import Aggregation, Calibration

Floats = NDArray[np.float32]

_EPSILON = 1e-6


def calibrate(probability: Floats, calibration: Calibration) -> Floats:
    """Shifted temperature scaling (Guo et al. 2017, arXiv:1706.04599) of each column.

    Parameters
    ----------
    probability
        (..., 6) 0-1.
    calibration
        By column; a temperature above 1 makes the model less sure of itself.
    """
    logit = _logit(probability) + np.asarray(calibration.bias)
    return _sigmoid(logit / np.asarray(calibration.temperature))


def study_probability(slabs: Floats, aggregation: Aggregation) -> Floats:
    """Probability of each column for the whole study, from calibrated slab probabilities.

    Parameters
    ----------
    slabs
        (N, 6) calibrated, from feet to head.
    aggregation
        As the model's manifest says.

    Returns
    -------
    (6,) float32.
    """
    length = min(aggregation.slabs, len(slabs))
    running = np.lib.stride_tricks.sliding_window_view(slabs, length, axis=0).mean(axis=-1)
    return any_at_least_types(calibrate(running.max(axis=0), aggregation.calibration))


def slice_thresholds(thresholds: Floats, aggregation: Aggregation) -> Floats:
    """(6,) where a slab alone would bring the study to its thresholds (6,).

    Operating points are chosen for studies, whose probabilities have a calibration of their own;
    this is its inverse.
    """
    temperature = np.asarray(aggregation.calibration.temperature)
    return _sigmoid(_logit(thresholds) * temperature - np.asarray(aggregation.calibration.bias))


def any_at_least_types(probability: Floats) -> Floats:
    """Blood of a type is blood: the first column is raised to the largest of the others."""
    coherent = probability.astype(np.float32, copy=True)
    coherent[..., 0] = coherent.max(axis=-1)
    return coherent


def _logit(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    clipped = np.clip(probability.astype(np.float64), _EPSILON, 1.0 - _EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _sigmoid(logit: NDArray[np.float64]) -> Floats:
    return (1.0 / (1.0 + np.exp(-logit))).astype(np.float32)
