"""Metal and motion are told on phantoms that have them, and on no other."""

import numpy as np
import pytest

from ichviewer import paths
from ichviewer.analysis.artefacts import artefact_warnings, metal_slices
from ichviewer.analysis.head import find_head
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms

GRID = phantoms.make_grid(slices=30, px=170, px_mm=1.35)


def warnings_of(hu: np.ndarray) -> str:
    volume = Volume(hu.astype(np.int16), GRID)
    return " ".join(artefact_warnings(volume, find_head(volume)))


def test_plain_head_also_tilted_has_neither() -> None:
    assert warnings_of(phantoms.head(GRID).hu) == ""
    tilted = phantoms.head(phantoms.make_grid(slices=30, px=170, px_mm=1.35, tilt_deg=20.0))
    assert not list(artefact_warnings(tilted, find_head(tilted)))


def test_coil_in_the_brain() -> None:
    hu = phantoms.head(GRID).hu.copy()
    hu[phantoms.ellipsoid(GRID, (10, 0, 0), (5, 5, 6))] = 3071
    assert "Metal is seen on slices 15 to 16." in warnings_of(hu)
    volume = Volume(hu.astype(np.int16), GRID)
    assert np.flatnonzero(metal_slices(find_head(volume))).tolist() == [14, 15]
    streak = np.abs(phantoms.positions_lps_mm(GRID)[..., 1]) < 6
    hu[14:16][(streak & (np.abs(hu - 30) < 25))[14:16]] = -90
    assert "streaks cross the brain" in warnings_of(hu)


def test_head_that_moved_between_two_slices() -> None:
    hu = phantoms.head(GRID).hu.copy()
    hu[16:] = np.roll(hu[16:], 7, axis=2)  # 9 mm
    assert "The head seems to have moved near slice 17." in warnings_of(hu)


@pytest.mark.parametrize("signs_ji", [(1, 1), (-1, 1)])
@pytest.mark.parametrize("k", [21, 23, 24])
def test_head_that_moved_under_the_vertex(k: int, signs_ji: tuple[int, int]) -> None:
    """Whichever way the slices are ordered."""
    grid = phantoms.make_grid(slices=30, px=170, px_mm=1.35, signs_ji=signs_ji)
    volume = phantoms.head(grid)
    assert not list(artefact_warnings(volume, find_head(volume)))
    hu = volume.hu.copy()
    is_up = grid.slice_positions_lps_mm[-1, 2] > grid.slice_positions_lps_mm[0, 2]
    upper = slice(k, None) if is_up else slice(None, 30 - k)
    hu[upper] = np.roll(hu[upper], 5, axis=1)  # 7 mm
    moved = Volume(hu, grid)
    number = k + 1 if is_up else 30 - k
    said = f"The head seems to have moved near slice {number}."
    assert list(artefact_warnings(moved, find_head(moved))) == [said]


def test_brain_that_ends_in_front_of_a_still_skull_is_no_movement() -> None:
    """As above the orbits: the brain loses its front at once, the head does not."""
    hu = phantoms.head(GRID).hu.copy()
    in_front = phantoms.positions_lps_mm(GRID)[..., 1] < -40
    lower = np.arange(30)[:, None, None] < 14
    hu[in_front & lower & (np.abs(hu - phantoms.BRAIN_HU) < 25)] = -70
    assert "moved" not in warnings_of(hu)


def test_the_demo_lay_still() -> None:
    (series,) = scan_folder(paths.demo_study_folder()).series
    volume = load_volume(series)
    assert not list(artefact_warnings(volume, find_head(volume)))
