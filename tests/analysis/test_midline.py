"""Left and right are the patient's, by the head's own plane."""

import numpy as np
import pytest

from ichviewer.analysis.findings import Side
from ichviewer.analysis.head import find_head
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.midline import find_midline, side_of
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms


@pytest.mark.parametrize("signs_ji", [(1, 1), (-1, 1), (1, -1)])
@pytest.mark.parametrize(
    ("yaw_deg", "x_mm", "tilt_deg"), [(0, 0, 0), (12, 15, 0), (-15, -20, 0), (8, 10, 18.5)]
)
def test_plane_of_a_turned_shifted_head(
    yaw_deg: float, x_mm: float, tilt_deg: float, signs_ji: tuple[int, int]
) -> None:
    grid = phantoms.make_grid(px=200, px_mm=1.15, slices=30, tilt_deg=tilt_deg, signs_ji=signs_ji)
    volume = phantoms.head(grid, center_mm=(x_mm, 5.0, 0.0), yaw_deg=yaw_deg)
    plane = find_midline(volume, find_head(volume))
    angle = np.degrees(np.arctan2(plane.normal_lps[1], plane.normal_lps[0]))
    assert angle == pytest.approx(yaw_deg, abs=1.5)
    assert plane.left_mm(np.array([x_mm, 5.0, 0.0])) == pytest.approx(0, abs=1.5)
    assert plane.normal_lps[0] > 0.8


def test_hemorrhage_on_one_side_does_not_move_the_plane() -> None:
    volume = phantoms.head(bleed_mm=((35.0, 0.0, 0.0), (25.0, 35.0, 30.0)))
    plane = find_midline(volume, find_head(volume))
    assert plane.offset_mm == pytest.approx(0, abs=1.0)


def test_single_slice_has_a_plane_too() -> None:
    grid = phantoms.make_grid(slices=1, px=200, px_mm=1.15)
    volume = phantoms.head(grid, center_mm=(12.0, 0.0, 0.0), yaw_deg=10.0)
    plane = find_midline(volume, find_head(volume))
    assert plane.left_mm(np.array([12.0, 0.0, 0.0])) == pytest.approx(0, abs=1.5)
    assert plane.normal_lps[2] == 0


def test_without_a_skull_the_middle_of_the_image_serves() -> None:
    grid = phantoms.make_grid(slices=4, px=64, px_mm=3.0)
    volume = Volume(np.full(grid.shape_kji, -1000, np.int16), grid)
    plane = find_midline(volume, find_head(volume))
    assert plane.offset_mm == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("left_mm", "side"),
    [
        ((20, 30, 40), Side.LEFT),
        ((-20, -30, -40), Side.RIGHT),
        ((-3, 0, 4), Side.MIDLINE),
        ((6, 7, 8), Side.LEFT),
        ((-30, -25, 28, 31), Side.BOTH),
        ((-1, 20, 30, 40, 50, 60), Side.LEFT),
    ],
)
def test_side_by_share_of_volume(left_mm: tuple[float, ...], side: Side) -> None:
    lps_mm = np.array([[x + 7.0, 50.0, 3.0] for x in left_mm])
    plane = Midline(np.array([1.0, 0.0, 0.0]), 7.0)
    assert side_of(lps_mm, np.ones(len(left_mm)), plane) is side
