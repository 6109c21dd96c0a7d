"""Hardening from coarse cells: on phantoms whose darkness and brightness are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from training.fields import Floats
from training.hardening import hardening

PX = 240
PX_MM = 1.0


def disc(radius_px: float, row: float = 0, column: float = 0) -> NDArray[np.bool_]:
    across = np.arange(PX) - (PX - 1) / 2
    return np.hypot(across[:, None] - row, across[None, :] - column) < radius_px


def water_with_two_rods() -> Floats:
    hu = np.where(disc(85), 0, -1000)
    hu[disc(9, 0, -50) | disc(9, 0, 50)] = 1500
    return hu.astype(np.float32)


def skull(thickness_px: float) -> Floats:
    return np.where(disc(80 - thickness_px), 30, np.where(disc(80), 1200, -1000)).astype(np.float32)


def test_water_is_corrected_for() -> None:
    water = np.where(disc(85), 0, -1000).astype(np.float32)
    assert np.abs(hardening(water, PX_MM)[disc(80)]).max() < 1.0


def test_between_two_bones_it_is_dark_and_beside_them_it_is_not() -> None:
    added = hardening(water_with_two_rods(), PX_MM)
    between, beside = added[disc(8)].mean(), added[disc(8, 60, 0)].mean()
    assert between < -8
    assert beside > -2


def test_the_thicker_the_skull_the_brighter_the_brain_beneath_it() -> None:
    def cupping(thickness_px: float) -> float:
        added = hardening(skull(thickness_px), PX_MM)
        beneath = disc(76 - thickness_px) & ~disc(70 - thickness_px)
        return float(added[beneath].mean() - added[disc(20)].mean())

    assert 0.5 < cupping(5) < cupping(12) < 60


def rings_of_a_skull(size_px: int) -> list[float]:
    """Mean of what is added to rings of brain 10 mm wide, none near bone, in 240 mm of image."""
    px_mm = PX * PX_MM / size_px
    across = (np.arange(size_px) - (size_px - 1) / 2) * px_mm
    mm = np.hypot(across[:, None], across[None, :])
    hu = np.where(mm < 72, 30, np.where(mm < 80, 1200, -1000)).astype(np.float32)
    added = hardening(ndimage.gaussian_filter(hu, 0.8 / px_mm), px_mm)
    return [float(added[(mm >= r) & (mm < r + 10)].mean()) for r in range(0, 60, 10)]


@pytest.mark.parametrize("size_px", [160, 288, 320, 512])
def test_it_is_the_same_at_every_image_size(size_px: int) -> None:
    np.testing.assert_allclose(rings_of_a_skull(size_px), rings_of_a_skull(PX), atol=0.5)


@pytest.mark.parametrize("hu", [water_with_two_rods(), skull(8)], ids=["rods", "skull"])
def test_it_is_what_projection_on_the_full_grid_finds(hu: Floats) -> None:
    pytest.importorskip("skimage", reason="scikit-image is in the training environment only")
    from training.projection import project

    projected = project(np.random.default_rng(0), hu, PX_MM, photons=1e9) - hu
    seen = ndimage.binary_erosion((hu > -50) & (hu < 100), iterations=6)
    expected, added = ndimage.gaussian_filter(projected, 2)[seen], hardening(hu, PX_MM)[seen]
    assert np.corrcoef(expected, added)[0, 1] > 0.95
    assert np.abs(expected - added).mean() < 1.5
