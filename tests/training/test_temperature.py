"""Temperature and bias that were hidden are found."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.calibration import Calibration, calibrate
from training.temperature import fit, followed_by


def test_fit_finds_the_temperature_and_bias_that_were_hidden() -> None:
    rng = np.random.default_rng(0)
    honest_logit = rng.normal(0, 2, 20_000)
    truth = (rng.random(20_000) < 1 / (1 + np.exp(-honest_logit))).astype(float)
    overconfident = 1 / (1 + np.exp(-(honest_logit * 2.0 - 1.0)))
    temperature, bias = fit(truth, overconfident)
    assert (temperature, bias) == pytest.approx((2.0, 1.0), abs=0.1)


def test_fit_leaves_out_what_is_not_asked() -> None:
    truth = np.array([0.0, 1, np.nan, 0, 1] * 40)
    probability = np.array([0.2, 0.8, 0.9999, 0.3, 0.7] * 40)
    kept = ~np.isnan(truth)
    assert fit(truth, probability) == pytest.approx(fit(truth[kept], probability[kept]), abs=1e-3)


def test_two_calibrations_are_one() -> None:
    first = Calibration((0.8, 1.0, 1.5, 2.0, 1.0, 3.0), (0.5, -0.5, 0.0, 1.0, -2.0, 0.1))
    second = Calibration((2.0, 0.5, 1.0, 1.2, 1.0, 0.7), (-1.0, 0.3, 0.2, 0.0, 1.0, -0.4))
    said = np.linspace(0.05, 0.95, 60, dtype=np.float32).reshape(10, 6)
    one_by_one = calibrate(calibrate(said, first), second)
    np.testing.assert_allclose(calibrate(said, followed_by(first, second)), one_by_one, atol=1e-5)
