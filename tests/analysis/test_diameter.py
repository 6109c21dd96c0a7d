"""Diameters against arithmetic."""

import numpy as np
import pytest

from ichviewer.analysis.diameter import diameters_mm


def test_one_pixel_is_as_wide_as_its_longer_side() -> None:
    assert diameters_mm(np.ones((1, 1), bool), (0.5, 0.7))[0] == pytest.approx(0.7)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 0.5), (0.4, 0.8)])
def test_bar_is_as_long_as_its_pixels(spacing: tuple[float, float]) -> None:
    plane = np.zeros((5, 40), bool)
    plane[2, 5:35] = True
    long, across = diameters_mm(plane, spacing)
    assert long == pytest.approx(30 * spacing[1])
    assert across == pytest.approx(spacing[0])


@pytest.mark.parametrize("angle_deg", [0, 17, 45, 80])
def test_turned_ellipse(angle_deg: float) -> None:
    row_mm, column_mm = 0.45, 0.6
    y, x = np.mgrid[:300, :300].astype(float)
    y, x = (y - 150) * row_mm, (x - 150) * column_mm
    a = np.radians(angle_deg)
    u, v = x * np.cos(a) + y * np.sin(a), -x * np.sin(a) + y * np.cos(a)
    long, across = diameters_mm((u / 30) ** 2 + (v / 12) ** 2 < 1, (row_mm, column_mm))
    assert long == pytest.approx(60, abs=0.6)
    assert across == pytest.approx(24, abs=0.8)


def test_hull_is_exact_against_all_pairs() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        plane = rng.random((12, 15)) < 0.2
        plane[4, 4] = True
        pixels = np.argwhere(plane)
        edges = np.array([[-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5]])
        points = (pixels[:, None] + edges).reshape(-1, 2) * (0.8, 1.1)
        every = np.linalg.norm(points[:, None] - points[None], axis=-1).max()
        assert diameters_mm(plane, (0.8, 1.1))[0] == pytest.approx(every)
