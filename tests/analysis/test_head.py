"""What the skull encloses, found on phantoms of known volume and on real heads."""

import numpy as np
import pytest

from ichviewer.analysis.head import find_head
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms
from tests.analysis.real_series import GE_HEAD, TOSHIBA_HEAD, volume_of

BRAIN_ML = 4 / 3 * np.pi * 65 * 80 * 62 / 1000


def brain_ml(volume: Volume) -> float:
    head = find_head(volume)
    return float((head.brain.sum(axis=(1, 2)) * head.thickness_mm).sum() / 1000)


@pytest.mark.parametrize("gaps_mm", [1.25, 2.5, 5.0])
def test_brain_of_a_phantom_has_its_volume(gaps_mm: float) -> None:
    grid = phantoms.make_grid(slices=int(160 / gaps_mm), px=200, px_mm=1.15, gaps_mm=gaps_mm)
    assert brain_ml(phantoms.head(grid)) == pytest.approx(BRAIN_ML, rel=0.06)


def test_brain_is_found_under_a_tilt() -> None:
    grid = phantoms.make_grid(px=200, px_mm=1.15, slices=32, tilt_deg=18.5)
    assert brain_ml(phantoms.head(grid)) == pytest.approx(BRAIN_ML, rel=0.06)


def test_open_skull_is_bridged_from_the_slices_beside() -> None:
    whole = phantoms.head()
    lps = phantoms.positions_lps_mm(whole.grid)
    flap = (lps[..., 0] > 50) & (np.abs(lps[..., 1]) < 30) & (np.abs(lps[..., 2]) < 20)
    hu = np.where(flap & (whole.hu > 500), 25, whole.hu).astype(np.int16)
    assert brain_ml(Volume(hu, whole.grid)) == pytest.approx(BRAIN_ML, rel=0.1)


def test_nothing_is_found_in_air() -> None:
    grid = phantoms.make_grid(slices=5, px=64, px_mm=3.0)
    head = find_head(Volume(np.full(grid.shape_kji, -1000, np.int16), grid))
    assert not head.brain.any()
    assert not head.inside.any()
    assert not head.brain_slices().any()


def test_slices_with_brain_are_told_from_those_without() -> None:
    grid = phantoms.make_grid(slices=41, px=160, px_mm=1.4, gaps_mm=5.0)  # z from -100 to 100
    z_mm = grid.slice_positions_lps_mm[:, 2]
    shown = z_mm[find_head(phantoms.head(grid)).brain_slices()]
    assert shown.min() == pytest.approx(-62, abs=6)
    assert shown.max() == pytest.approx(62, abs=6)


@pytest.mark.parametrize(
    ("folder", "slices"), [(GE_HEAD, (1, 3, 26, 28)), (TOSHIBA_HEAD, (22, 32, 72, 78))]
)
def test_real_heads(folder, slices: tuple[int, int, int, int]) -> None:
    """Volumes of brain in the range of adults, from the foramen magnum to the vertex."""
    volume = volume_of(folder)
    head = find_head(volume)
    ml = float((head.brain.sum(axis=(1, 2)) * head.thickness_mm).sum() / 1000)
    assert 1200 < ml < 1800
    shown = np.flatnonzero(head.brain_slices())
    assert slices[0] <= shown[0] <= slices[1]
    assert slices[2] <= shown[-1] <= slices[3]
