"""The density of the mirror place against arithmetic, also on turned and tilted heads."""

import numpy as np
import pytest

from ichviewer.analysis.head import find_head
from ichviewer.analysis.lesions import find_regions
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.midline import find_midline
from ichviewer.analysis.symmetry import mirror_hu
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import BRAIN_HU, ellipsoid, head, make_grid

MIDDLE = Midline(np.array([1.0, 0.0, 0.0]), 0.0)
LEFT, RIGHT, RADII = (30.0, -10.0, 3.0), (-30.0, -10.0, 3.0), (12.0, 15.0, 18.0)


def mirrored(grid: Grid, hu: np.ndarray, inside: np.ndarray, mask: np.ndarray) -> float:
    (region,) = find_regions(inside, grid)
    volume = Volume(hu.astype(np.int16), grid)
    return mirror_hu(region.indices(), mask.astype(np.uint8), volume, MIDDLE)


@pytest.mark.parametrize("signs_ji", [(1, 1), (-1, -1)])
@pytest.mark.parametrize("tilt_deg", [0.0, 18.5])
def test_mean_of_what_lies_at_the_mirror_place(tilt_deg: float, signs_ji: tuple[int, int]) -> None:
    grid = make_grid(slices=30, px=170, px_mm=1.0, tilt_deg=tilt_deg, signs_ji=signs_ji)
    lesion, mirror = ellipsoid(grid, LEFT, RADII), ellipsoid(grid, RIGHT, RADII)
    hu = np.select([lesion, mirror], [66, 41], 30)
    # Voxels at the border may mirror onto the neighbour beyond it.
    assert mirrored(grid, hu, lesion, lesion) == pytest.approx(41.0, abs=0.6)


def test_bone_at_the_mirror_place_does_not_count() -> None:
    grid = make_grid(slices=30, px=170, px_mm=1.0)
    lesion, mirror = ellipsoid(grid, LEFT, RADII), ellipsoid(grid, RIGHT, RADII)
    front = np.arange(170)[:, None] < 60
    hu = np.select([lesion, mirror & front, mirror], [66, 900, 41], 30)
    assert mirrored(grid, hu, lesion, lesion) == pytest.approx(41.0, abs=0.6)


def test_nothing_to_compare_with_is_no_number() -> None:
    grid = make_grid(slices=30, px=170, px_mm=1.0)
    lesion, mirror = ellipsoid(grid, LEFT, RADII), ellipsoid(grid, RIGHT, RADII)
    hu = np.where(lesion | mirror, 66, 30)
    assert np.isnan(mirrored(grid, hu, lesion, lesion | mirror)), "both sides are marked"
    across = ellipsoid(grid, (2.0, 0.0, 0.0), RADII)
    assert np.isnan(mirrored(grid, hu, across, across)), "it mirrors itself"
    shifted = Grid(
        grid.shape_kji,
        grid.slice_positions_lps_mm + np.array([80.0, 0.0, 0.0]),
        grid.column_step_lps_mm,
        grid.row_step_lps_mm,
    )
    assert np.isnan(mirrored(shifted, hu, lesion, lesion)), "the mirror place is not in the images"


def test_in_a_head_that_lies_turned() -> None:
    bleed = ((32.0, 5.0, 0.0), (12.0, 18.0, 15.0))
    volume = head(center_mm=(12.0, 5.0, 0.0), yaw_deg=12.0, bleed_mm=bleed)
    blood = (volume.hu > 55) & (volume.hu < 90)
    region = max(find_regions(blood, volume.grid), key=lambda found: found.inside.sum())
    plane = find_midline(volume, find_head(volume))
    found = mirror_hu(region.indices(), blood.astype(np.uint8), volume, plane)
    assert found == pytest.approx(BRAIN_HU, abs=1.0)
