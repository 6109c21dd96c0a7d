"""Temperature and bias, by column, that make what a network says honest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ichviewer.analysis.calibration import Calibration

#: How strongly both are held near neutral, as a share of what one case weighs.
_SHRINK = 1.0

Floats64 = NDArray[np.float64]


def fit(truth: Floats64, probability: Floats64) -> tuple[float, float]:
    """Temperature and bias with the smallest negative log likelihood (NaN truth is left out).

    Both are held near neutral, so that few cases cannot carry them away.
    """
    asked = ~np.isnan(truth)
    logit, truth = _logit(probability[asked]), truth[asked]

    def cost(at: Floats64) -> float:
        scaled = (logit + at[1]) / np.exp(at[0])
        return _loss(truth, scaled) + _SHRINK * float(at @ at) / len(truth)

    log_t, bias = minimize(cost, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(np.clip(log_t, -np.log(4), np.log(4)))), float(np.clip(bias, -6, 6))


def fit_columns(truth: Floats64, probability: Floats64) -> Calibration:
    """`fit` of each column (N, 6)."""
    fits = [fit(truth[:, c], probability[:, c]) for c in range(6)]
    return Calibration(tuple(t for t, _ in fits), tuple(b for _, b in fits))


def followed_by(first: Calibration, second: Calibration) -> Calibration:
    """Both calibrations, one after the other, as one."""
    temperature = np.asarray(first.temperature) * second.temperature
    bias = np.asarray(first.bias) + np.asarray(second.bias) * first.temperature
    return Calibration(tuple(temperature.tolist()), tuple(bias.tolist()))


def _logit(probability: Floats64) -> Floats64:
    clipped = np.clip(probability.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _loss(truth: Floats64, logit: Floats64) -> float:
    return float((np.logaddexp(0, logit) - truth * logit).mean())
