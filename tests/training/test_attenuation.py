"""A beam of many energies: what is known without any table of it."""

from __future__ import annotations

import numpy as np
import pytest

from training.attenuation import soft_and_bone, transmitted, water_cm_of


@pytest.mark.parametrize(
    ("hu", "soft", "bone"),
    [(-1000, 0, 0), (0, 1, 0), (40, 1.04, 0), (100, 1.1, 0), (845, 0.55, 0.5), (1590, 0, 1)],
)
def test_densities_divide_into_soft_tissue_and_bone(hu: float, soft: float, bone: float) -> None:
    found = soft_and_bone(np.full((1, 1), hu, np.float32))
    np.testing.assert_allclose([part[0, 0] for part in found], [soft, bone], atol=1e-5)


def test_the_water_correction_undoes_water() -> None:
    water_cm = np.linspace(0.05, 45, 100)
    np.testing.assert_allclose(
        water_cm_of(transmitted(water_cm, np.zeros(100))), water_cm, atol=2e-3
    )


def test_the_beam_hardens_more_in_bone_than_water_explains() -> None:
    """Twice the bone looks like less than twice the water: the correction is for water only."""
    thin, thick = water_cm_of(transmitted(np.zeros(2), np.array([2.0, 4.0])))
    assert thin > 2.0
    assert thick < 1.98 * thin


def test_nothing_in_the_way_lets_all_pass() -> None:
    assert transmitted(np.zeros(1), np.zeros(1))[0] == pytest.approx(1.0)
