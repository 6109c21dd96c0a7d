"""Thickness of shells and lenses against arithmetic."""

import numpy as np
import pytest

from ichviewer.analysis.thickness import thickness_mm

PX_MM = 0.5


def points_mm(row_mm: float = PX_MM, column_mm: float = PX_MM) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = int(160 / row_mm), int(160 / column_mm)
    j, i = np.mgrid[:rows, :columns]
    return (j - rows / 2) * row_mm, (i - columns / 2) * column_mm


@pytest.mark.parametrize("wanted_mm", [3.0, 7.5, 12.0, 20.0])
def test_crescent_under_a_round_skull(wanted_mm: float) -> None:
    y, x = points_mm()
    radius = np.hypot(y, x)
    crescent = (radius < 70) & (radius >= 70 - wanted_mm) & (x > 20)
    assert thickness_mm(crescent[None], (PX_MM, PX_MM)) == pytest.approx(wanted_mm, abs=0.6)


def test_lens_is_measured_where_it_is_thickest() -> None:
    y, x = points_mm()
    lens = (np.hypot(y, x) < 70) & (np.hypot(y, x - 100) < 48)  # 70 - (100 - 48) = 18 mm
    assert thickness_mm(lens[None], (PX_MM, PX_MM)) == pytest.approx(18.0, abs=0.6)


@pytest.mark.parametrize("width_px", [1, 2, 3, 4, 9, 10])
def test_band_of_whole_pixels(width_px: int) -> None:
    plane = np.zeros((60, 60), bool)
    plane[20 : 20 + width_px, 5:55] = True
    found = thickness_mm(plane[None], (0.8, 0.8))
    assert found == pytest.approx(width_px * 0.8, abs=0.3)


def test_pixels_need_not_be_square() -> None:
    y, x = points_mm(0.4, 0.8)
    crescent = (np.hypot(y, x) < 70) & (np.hypot(y, x) >= 60) & (x > 20)
    assert thickness_mm(crescent[None], (0.4, 0.8)) == pytest.approx(10.0, abs=0.9)


def test_thickest_slice_counts_and_holes_do_not() -> None:
    stack = np.zeros((3, 60, 60), bool)
    stack[0, 20:24, 5:55] = True
    stack[2, 20:32, 5:55] = True
    stack[2, 26, 30] = False
    assert thickness_mm(stack, (1.0, 1.0)) == pytest.approx(12.0, abs=0.4)


def test_a_stack_is_as_thick_as_its_thickest_slice_measured_alone() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        y, x = points_mm(2.0, 2.0)
        shift_mm = rng.uniform(38, 66, (6, 1, 1))
        stack = (np.hypot(y, x) < 70) & (np.hypot(y, x - shift_mm) > 72)
        alone = [thickness_mm(plane[None], (2.0, 2.0)) for plane in stack]
        assert thickness_mm(stack, (2.0, 2.0)) == max(alone)
