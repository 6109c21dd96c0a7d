"""Millilitres, millimetres and sides against arithmetic, on any grid."""

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType, Side
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.quantify import (
    FLAG_CALCIUM,
    FLAG_LOW_AGREEMENT,
    FLAG_ONE_SLICE,
    FLAG_SKULL,
    abc2_ml,
    find_lesions,
    measure,
    nominal_ml,
)
from ichviewer.analysis.segment import Marked
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import ellipsoid, make_grid

MIDDLE = Midline(np.array([1.0, 0.0, 0.0]), 0.0)
UNEVEN_MM = np.array([5.0] * 5 + [2.5] * 14 + [3.5] * 7)


def marked(mask: np.ndarray, kind: HemorrhageType = HemorrhageType.SUBDURAL) -> Marked:
    return Marked((mask * int(kind)).astype(np.uint8), np.where(mask, 0.75, 0).astype(np.float16))


def volume_of(grid: Grid, mask: np.ndarray, inside_hu: float = 65) -> Volume:
    return Volume(np.where(mask, inside_hu, 30).astype(np.int16), grid)


def lesion_of(grid: Grid, mask: np.ndarray, inside_hu: float = 65, dense: np.ndarray | None = None):
    volume, marks = volume_of(grid, mask, inside_hu), marked(mask)
    (found,) = find_lesions(marks, volume)
    return measure(found, volume, MIDDLE, mask if dense is None else dense, number=1)


@pytest.mark.parametrize("signs_ji", [(1, 1), (-1, -1)])
@pytest.mark.parametrize("tilt_deg", [0.0, 18.5, -12.0])
@pytest.mark.parametrize("gaps_mm", [2.5, UNEVEN_MM])
def test_ellipsoid_has_its_volume_place_and_side(
    gaps_mm: float | np.ndarray, tilt_deg: float, signs_ji: tuple[int, int]
) -> None:
    slices = 30 if np.isscalar(gaps_mm) else len(UNEVEN_MM) + 1
    grid = make_grid(
        slices=slices, px=220, px_mm=0.7, gaps_mm=gaps_mm, tilt_deg=tilt_deg, signs_ji=signs_ji
    )
    center, radii = (32.0, -10.0, 3.0), (12.0, 15.0, 18.0)
    lesion = lesion_of(grid, ellipsoid(grid, center, radii))
    true_ml = 4 / 3 * np.pi * np.prod(radii) / 1000
    assert lesion.volume_ml == pytest.approx(true_ml, rel=0.05)
    assert lesion.centroid_lps_mm == pytest.approx(center, abs=1.0)
    assert lesion.side is Side.LEFT
    assert grid.lps_mm(np.array(lesion.centroid_kji)) == pytest.approx(center, abs=1.0)
    if tilt_deg == 0 and np.isscalar(gaps_mm):
        assert lesion.diameter_mm == pytest.approx(30.0, abs=0.8)


def test_volume_counts_each_slice_by_what_it_stands_for() -> None:
    thicknesses = np.array([3.0, 3.0, 6.0, 6.0])
    grid = make_grid(
        slices=4, px=20, px_mm=1.0, gaps_mm=np.array([3.0, 4.5, 6.0]), thicknesses_mm=thicknesses
    )
    mask = np.zeros(grid.shape_kji, bool)
    mask[1:3, 5:15, 5:15] = True  # 100 mm2 on a slice of 3 mm and on one of 6 mm
    assert lesion_of(grid, mask).volume_ml == pytest.approx(0.9)


def test_slices_and_densities() -> None:
    grid = make_grid(slices=6, px=20, px_mm=1.0)
    mask = np.zeros(grid.shape_kji, bool)
    mask[2, 5:8, 5:8] = mask[3, 4:10, 4:10] = mask[4, 5, 5] = True
    lesion = lesion_of(grid, mask, inside_hu=66)
    assert (lesion.first_slice, lesion.largest_slice, lesion.last_slice) == (2, 3, 4)
    assert (lesion.mean_hu, lesion.max_hu) == (66, 66)
    assert lesion.abc2_ml == pytest.approx(6.1 * 6.1 * 5 * 1.5 / 2000, rel=0.5)
    assert lesion.probability == pytest.approx(0.75)
    assert lesion.agreement == 1
    assert lesion.flags == ()


def test_right_of_the_patient() -> None:
    grid = make_grid(slices=5, px=100, px_mm=1.0, signs_ji=(1, -1))
    assert lesion_of(grid, ellipsoid(grid, (-25, 0, 0), (8, 8, 8))).side is Side.RIGHT


def test_types_and_order_by_volume() -> None:
    grid = make_grid(slices=6, px=40, px_mm=1.0)
    mask = np.zeros(grid.shape_kji, np.uint8)
    mask[1, 2:6, 2:6] = HemorrhageType.EPIDURAL
    mask[2:5, 20:30, 20:30] = HemorrhageType.SUBARACHNOID
    mask[4, 2:5, 30:38] = HemorrhageType.EPIDURAL
    marks = Marked(mask, (mask > 0).astype(np.float16))
    found = find_lesions(marks, volume_of(grid, mask > 0))
    assert [f.kind.word for f in found] == ["subarachnoid", "epidural", "epidural"]
    assert [round(f.volume_ml, 3) for f in found] == [1.5, 0.12, 0.08]


def test_single_slice_has_no_millilitres_but_a_size() -> None:
    grid = make_grid(slices=1, px=40, px_mm=1.0)
    mask = np.zeros(grid.shape_kji, bool)
    mask[0, 10:20, 10:20] = True
    volume, marks = volume_of(grid, mask), marked(mask)
    (found,) = find_lesions(marks, volume)
    assert np.isnan(found.volume_ml)
    assert nominal_ml(found, volume) == pytest.approx(0.5)
    lesion = measure(found, volume, MIDDLE, mask, number=1)
    assert lesion.diameter_mm == pytest.approx(np.hypot(10, 10), abs=0.8)
    assert np.isfinite(lesion.centroid_lps_mm).all()


def test_flags_are_raised_where_due() -> None:
    grid = make_grid(slices=5, px=60, px_mm=1.0)
    mask = np.zeros(grid.shape_kji, bool)
    mask[2, 20:23, 20:30] = True
    hu = np.where(mask, 150, 30).astype(np.int16)
    hu[2, 18:20, 15:35] = 900
    volume, marks = Volume(hu, grid), marked(mask)
    (found,) = find_lesions(marks, volume)
    lesion = measure(found, volume, MIDDLE, np.zeros_like(mask), number=1)
    assert set(lesion.flags) == {FLAG_CALCIUM, FLAG_LOW_AGREEMENT, FLAG_ONE_SLICE, FLAG_SKULL}


def test_lesion_at_the_images_edge_is_measured() -> None:
    grid = make_grid(slices=3, px=30, px_mm=0.5)
    mask = np.zeros(grid.shape_kji, bool)
    mask[:, :4, 26:] = True
    assert lesion_of(grid, mask).diameter_mm == pytest.approx(np.hypot(2, 2), abs=0.4)


def test_abc2_of_an_ellipsoid() -> None:
    grid = make_grid(slices=41, px=200, px_mm=0.5, gaps_mm=1.0)
    mask = ellipsoid(grid, (0, 0, 0), (20, 15, 12))
    volume = volume_of(grid, mask)
    (found,) = find_lesions(marked(mask), volume)
    counted_mm = 2 * 12 * (np.sqrt(0.25) + np.sqrt(0.75)) / 2  # heights of 75 % and 25 % area
    assert abc2_ml(found.region, volume) == pytest.approx(40 * 30 * counted_mm / 2000, rel=0.1)
