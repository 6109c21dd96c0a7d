"""Windowing follows PS3.3 C.11.2.1.2, whatever the type of the voxels."""

import numpy as np
import pytest

from ichviewer.imaging.window import PRESETS, Window, WindowShape, apply_window


def linear(hu: float, center: float, width: float) -> float:
    """The standard's pseudo-code for LINEAR, with an output range of 0 to 255."""
    if hu <= center - 0.5 - (width - 1) / 2:
        return 0
    if hu > center - 0.5 + (width - 1) / 2:
        return 255
    return ((hu - (center - 0.5)) / (width - 1) + 0.5) * 255


@pytest.mark.parametrize("window", PRESETS.values(), ids=lambda w: w.name)
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_presets_equal_the_standards_formula(window: Window, dtype: type) -> None:
    hu = np.arange(-1100, 3100, dtype=dtype)
    expected = [round(linear(float(v), window.center, window.width)) for v in hu]
    grey = apply_window(hu, window).astype(int)
    assert np.abs(grey - expected).max() <= 1  # halves may round either way
    assert np.mean(grey == expected) > 0.99


def test_extremes_of_int16_do_not_wrap() -> None:
    hu = np.array([-32768, 32767], np.int16)
    assert apply_window(hu, PRESETS[1]).tolist() == [0, 255]


def test_inverted_is_the_complement() -> None:
    hu = np.arange(-100, 200, dtype=np.int16)
    plain, inverted = (apply_window(hu, PRESETS[1], flag) for flag in (False, True))
    assert np.array_equal(plain, 255 - inverted)


def test_linear_exact_and_sigmoid() -> None:
    hu = np.array([0, 40, 80], np.int16)
    exact = apply_window(hu, Window(40, 80, shape=WindowShape.LINEAR_EXACT))
    assert exact.tolist() == [0, 128, 255]
    sigmoid = apply_window(hu, Window(40, 80, shape=WindowShape.SIGMOID))
    assert sigmoid[1] in (127, 128)
    assert sigmoid[0] == round(255 / (1 + np.exp(2)))


def test_width_one_is_a_step() -> None:
    grey = apply_window(np.array([39, 40], np.int16), Window(40, 1))
    assert grey.tolist() == [0, 255]


def test_strided_views_are_fine() -> None:
    hu = np.arange(24, dtype=np.int16).reshape(4, 6)
    assert np.array_equal(
        apply_window(hu[::-1, ::2], PRESETS[1]), apply_window(hu, PRESETS[1])[::-1, ::2]
    )
