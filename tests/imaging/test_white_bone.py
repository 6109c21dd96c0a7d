"""Which white of a narrow picture is bone: what surrounds the brain, and how dense it is."""

import numpy as np
import pytest

from ichviewer.imaging.white_bone import bone_hu

WHITE_HU = 80.0
#: Radii of a round skull.
INNER_MM, OUTER_MM = 60.0, 67.0


def from_middle_mm(spacing_mm: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = (round(160 / mm) for mm in spacing_mm)
    y, x = np.mgrid[:rows, :columns].astype(float)
    return (y - rows // 2) * spacing_mm[0], (x - columns // 2) * spacing_mm[1]


def skull(spacing_mm: tuple[float, float] = (0.5, 0.5)) -> np.ndarray:
    radius_mm = np.hypot(*from_middle_mm(spacing_mm))
    return (radius_mm > INNER_MM) & (radius_mm < OUTER_MM)


@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5), (0.5, 1.0)])
def test_bone_rises_from_white_to_compact_away_from_the_brain(
    spacing_mm: tuple[float, float],
) -> None:
    white = skull(spacing_mm)
    hu, is_ring = bone_hu(white, spacing_mm, WHITE_HU)
    assert is_ring
    assert np.array_equal(~np.isnan(hu), white)
    depth_mm = np.hypot(*from_middle_mm(spacing_mm)) - INNER_MM
    near, far = white & (depth_mm < 1), white & (depth_mm > 6.5)
    assert hu[near].max() < 400
    assert (hu[far] == 1000).all()


def test_blood_that_touches_the_skull_is_not_as_dense_as_bone_there() -> None:
    y_mm, x_mm = from_middle_mm((0.5, 0.5))
    blood = (np.hypot(y_mm, x_mm - INNER_MM) < 8) & (np.hypot(y_mm, x_mm) < INNER_MM)
    hu, _ = bone_hu(skull() | blood, (0.5, 0.5), WHITE_HU)
    border = blood & (np.hypot(y_mm, x_mm - INNER_MM) > 7)
    assert hu[border].max() < 400


@pytest.mark.parametrize("middle_mm", [0.0, 45.0])
def test_white_within_the_ring_is_no_bone(middle_mm: float) -> None:
    y_mm, x_mm = from_middle_mm((0.5, 0.5))
    clot = np.hypot(y_mm, x_mm - middle_mm) < 10
    hu, _ = bone_hu(skull() | clot, (0.5, 0.5), WHITE_HU)
    assert np.isnan(hu[clot]).all()
    assert not np.isnan(hu[skull()]).any()


@pytest.mark.parametrize(("gap_mm", "is_closed"), [(5, True), (30, False)])
def test_a_suture_is_bridged_and_a_wide_gap_is_not(gap_mm: float, is_closed: bool) -> None:
    y_mm, x_mm = from_middle_mm((0.5, 0.5))
    white = skull() & ~((np.abs(x_mm) < gap_mm / 2) & (y_mm < 0))
    hu, is_ring = bone_hu(white, (0.5, 0.5), WHITE_HU)
    assert is_ring == is_closed
    assert np.array_equal(~np.isnan(hu), white)


def test_bone_outside_the_ring_is_bone_too() -> None:
    y_mm, x_mm = from_middle_mm((0.5, 0.5))
    outside = np.hypot(y_mm - 73, x_mm) < 3
    hu, _ = bone_hu(skull() | outside, (0.5, 0.5), WHITE_HU)
    assert (hu[outside] == 1000).all()


def test_specks_without_a_ring_are_no_bone() -> None:
    white = np.zeros((200, 200), bool)
    white[100:106, 100:106] = True
    hu, is_ring = bone_hu(white, (0.5, 0.5), WHITE_HU)
    assert not is_ring
    assert np.isnan(hu).all()
    for nothing in (np.zeros((64, 64), bool), np.ones((64, 64), bool)):
        assert not bone_hu(nothing, (0.5, 0.5), WHITE_HU)[1]
