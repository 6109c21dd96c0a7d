"""A ball and a box scanned with tilt and uneven slices are a ball and a box again."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ichviewer.errors import GeometryError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.resample import OUTSIDE_HU, regular_grid, to_regular
from ichviewer.imaging.volume import Volume

CENTER = np.array([3.0, -4.0, 60.0])
RADIUS_MM = 30.0


def scanned(
    offsets_mm: NDArray[np.float64],
    tilt_deg: float = 0.0,
    geometry: GeometryClass = GeometryClass.TILTED,
) -> Volume:
    """A smooth ball of 80 HU in air, sampled where the slices are."""
    tilt = np.radians(tilt_deg)
    z = np.array([0.0, 0.0, 1.0])
    grid = Grid(
        (len(offsets_mm), 120, 110),
        np.array([-54.0, -60.0, 0.0]) + offsets_mm[:, None] / np.cos(tilt) * z,
        column_step_lps_mm=np.array([1.0, 0.0, 0.0]),
        row_step_lps_mm=np.array([0.0, np.cos(tilt), np.sin(tilt)]),
        geometry=geometry,
    )
    return Volume(ball(grid).astype(np.float32), grid)


def ball(grid: Grid) -> NDArray[np.float64]:
    k, j, i = np.meshgrid(*map(np.arange, grid.shape_kji), indexing="ij")
    lps = grid.lps_mm(np.stack([k, j, i], axis=-1).astype(float))
    distance = np.linalg.norm(lps - CENTER, axis=-1)
    return np.asarray(-1000 + 1080 / (1 + np.exp((distance - RADIUS_MM) / 2)))


def axes_mm(volume: Volume) -> NDArray[np.float64]:
    """Full widths of the ball along LPS, from its second moments."""
    inside = volume.hu > -460
    kji = np.argwhere(inside).astype(float)
    lps = volume.grid.lps_mm(kji)
    return np.asarray(2 * np.sqrt(5 * lps.var(axis=0)))


@pytest.mark.parametrize("tilt_deg", [0.0, 16.5, -22.0])
def test_the_ball_is_round_and_in_its_place(tilt_deg: float) -> None:
    volume = to_regular(scanned(np.arange(0, 120, 2.5), tilt_deg), spacing_mm=2.0)
    assert volume.geometry is GeometryClass.REGULAR
    assert volume.grid.tilt_deg == pytest.approx(0.0, abs=1e-6)
    assert axes_mm(volume) == pytest.approx(2 * RADIUS_MM, abs=0.8)
    inside = volume.grid.lps_mm(np.argwhere(volume.hu > -460).astype(float))
    assert np.allclose(inside.mean(axis=0), CENTER, atol=0.15)


def test_values_are_those_of_the_scene() -> None:
    volume = to_regular(scanned(np.arange(0, 120, 1.0), 16.5))
    scene = ball(volume.grid)
    assert volume.padding is not None
    error = np.abs(volume.hu - scene)[~volume.padding]
    assert np.percentile(error, 99) < 12
    assert (volume.hu[volume.padding] == OUTSIDE_HU).all()


def test_uneven_slices_become_even() -> None:
    offsets = np.concatenate([np.arange(0, 60, 4.0), np.arange(61, 120, 7.0)])
    volume = scanned(offsets, 18.5, GeometryClass.IRREGULAR)
    even = to_regular(volume, spacing_mm=3.0)
    assert np.allclose(even.grid.gaps_mm, 3.0)
    # Slices of 4 and 7 mm blur the ball along their normal, hence the wider tolerance.
    assert axes_mm(even) == pytest.approx(2 * RADIUS_MM, abs=2.5)
    assert "tilt of 18.5°" in even.notes[-1]
    assert "4.00 to 7.00 mm apart" in even.notes[-1]


def test_the_native_slices_are_met_exactly() -> None:
    volume = scanned(np.arange(0, 60, 5.0), 0.0)
    even = to_regular(volume, spacing_mm=2.5)
    assert np.array_equal(even.hu[::2], volume.hu)


def test_a_gap_is_filled_and_said() -> None:
    offsets = np.array([0.0, 5, 10, 30, 35, 40, 45])
    even = to_regular(scanned(offsets, 0.0, GeometryClass.GAPPED))
    assert even.shape_kji[0] == 10
    assert "3 missing slices were filled by interpolation" in even.notes[-1]


def test_a_regular_volume_stays_itself() -> None:
    volume = scanned(np.arange(0, 20, 5.0), 0.0, GeometryClass.REGULAR)
    assert to_regular(volume) is volume


@pytest.mark.parametrize("geometry", [GeometryClass.NO_GEOMETRY, GeometryClass.SINGLE])
def test_no_geometry_no_grid(geometry: GeometryClass) -> None:
    with pytest.raises(GeometryError, match="cannot be resampled"):
        regular_grid(scanned(np.array([0.0, 5.0]), 0.0, geometry).grid)
