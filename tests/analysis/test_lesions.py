"""Regions connect as they lie in the patient, also where slices lean or lie unevenly."""

import numpy as np
import pytest

from ichviewer.analysis.lesions import find_regions, slice_shifts_px
from tests.analysis.phantoms import make_grid, positions_lps_mm


def test_nothing_marked_gives_no_region() -> None:
    grid = make_grid(slices=3, px=8)
    assert find_regions(np.zeros(grid.shape_kji, bool), grid) == ()


def test_two_regions_and_their_voxels() -> None:
    grid = make_grid(slices=4, px=20)
    mask = np.zeros(grid.shape_kji, bool)
    mask[1:3, 4:7, 4:7] = True
    mask[3, 15, 15] = True
    regions = find_regions(mask, grid)
    assert [int(r.inside.sum()) for r in regions] == [18, 1]
    np.testing.assert_array_equal(regions[1].indices(), [[3, 15, 15]])
    again = np.zeros_like(mask)
    for region in regions:
        again[region.box] |= region.inside
    np.testing.assert_array_equal(again, mask)


@pytest.mark.parametrize("signs_ji", [(1, 1), (-1, 1), (1, -1)])
@pytest.mark.parametrize("tilt_deg", [-25.0, 0.0, 18.5])
def test_thin_rod_across_the_slices_is_one_region_under_any_tilt(
    tilt_deg: float, signs_ji: tuple[int, int]
) -> None:
    """2 mm thin along the slice normal: in a tilted array its pixels do not touch."""
    grid = make_grid(
        slices=12, px=256, px_mm=0.5, gaps_mm=6.0, tilt_deg=tilt_deg, signs_ji=signs_ji
    )
    lps_mm = positions_lps_mm(grid) - (5.0, 3.0, 0.0)
    across_mm = np.linalg.norm(np.cross(lps_mm, grid.normal_lps), axis=-1)
    regions = find_regions(across_mm < 1.0, grid)
    assert len(regions) == 1
    assert regions[0].inside.any(axis=(1, 2)).all()
    assert len(regions[0].inside) == 12


def test_shift_is_that_of_the_positions() -> None:
    grid = make_grid(slices=3, px=16, px_mm=0.5, gaps_mm=5.0, tilt_deg=20.0)
    expected = np.rint(-np.arange(3) * 5.0 * np.tan(np.radians(20.0)) / 0.5)
    shifts = slice_shifts_px(grid)
    assert shifts[:, 1].tolist() == [0, 0, 0]
    np.testing.assert_array_equal(np.abs(shifts[:, 0]), np.abs(expected))
