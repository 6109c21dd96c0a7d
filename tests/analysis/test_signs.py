"""Signs of expansion on hematomas made to have them, and on one that has none."""

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType, Sign
from ichviewer.analysis.quantify import find_lesions
from ichviewer.analysis.segment import Marked
from ichviewer.analysis.signs import expansion_signs
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms

GRID = phantoms.make_grid(slices=9, px=160, px_mm=0.6)
CENTER = (10.0, -5.0, 0.0)
CLOT = phantoms.ellipsoid(GRID, CENTER, (22.0, 18.0, 20.0))
BRAIN_HU, CLOT_HU = 32.0, 64.0


def signs_of(
    mask: np.ndarray, changes: list[tuple[np.ndarray, float]], kind: HemorrhageType
) -> tuple[Sign, ...]:
    """The largest lesion's signs; `changes` are parts with another HU."""
    hu = np.where(mask, CLOT_HU, BRAIN_HU)
    for part, part_hu in changes:
        hu[part] = part_hu
    hu += np.random.default_rng(0).normal(0, 3, hu.shape)
    volume = Volume(hu.astype(np.float32), GRID)
    marked = Marked((mask * kind).astype(np.uint8), mask.astype(np.float16))
    found = find_lesions(marked, volume)
    return expansion_signs(found[0], found, volume)


def names(signs: tuple[Sign, ...]) -> set[str]:
    return {sign.name for sign in signs}


PARENCHYMAL = HemorrhageType.INTRAPARENCHYMAL


def test_even_round_hematoma_has_no_sign() -> None:
    assert signs_of(CLOT, [], PARENCHYMAL) == ()


def test_dark_hole_in_bright_blood() -> None:
    hole = phantoms.ellipsoid(GRID, (12.0, -5.0, 0.0), (6.0, 5.0, 8.0))
    signs = signs_of(CLOT & ~hole, [(hole, 28.0)], PARENCHYMAL)
    assert names(signs) == {"hypodensity", "black hole sign", "swirl sign"}
    for sign in signs:
        assert hole[sign.voxel_kji]
        assert sign.slice == sign.voxel_kji[0]


def test_hole_little_darker_than_the_clot_is_a_hypodensity_only() -> None:
    hole = phantoms.ellipsoid(GRID, (12.0, -5.0, 0.0), (6.0, 5.0, 8.0))
    assert names(signs_of(CLOT, [(hole, 46.0)], PARENCHYMAL)) == {"hypodensity"}


def test_darker_part_open_to_the_brain_is_no_hole() -> None:
    bay = phantoms.ellipsoid(GRID, (32.0, -5.0, 0.0), (12.0, 5.0, 30.0)) & CLOT
    assert not names(signs_of(CLOT, [(bay, 28.0)], PARENCHYMAL)) & {
        "hypodensity",
        "black hole sign",
        "swirl sign",
    }


@pytest.mark.parametrize(("dark_hu", "is_blend"), [(40.0, True), (55.0, False)])
def test_two_densities_side_by_side(dark_hu: float, is_blend: bool) -> None:
    left = (phantoms.positions_lps_mm(GRID)[..., 0] > CENTER[0] + 3) & CLOT
    signs = signs_of(CLOT, [(left, dark_hu)], PARENCHYMAL)
    assert ("blend sign" in names(signs)) is is_blend
    for sign in signs:
        assert left[sign.voxel_kji]


def test_density_that_falls_slowly_is_no_blend() -> None:
    x = phantoms.positions_lps_mm(GRID)[..., 0]
    slope = [(CLOT & (x > edge), 74.0 - edge) for edge in np.arange(-12.0, 34.0)]
    assert "blend sign" not in names(signs_of(CLOT, slope, PARENCHYMAL))


@pytest.mark.parametrize(("count", "is_island"), [(2, False), (3, True)])
def test_small_hematomas_around_a_large_one(count: int, is_island: bool) -> None:
    mask = CLOT.copy()
    for center in ((-22.0, -5.0, 0.0), (10.0, 24.0, 0.0), (38.0, 18.0, 0.0))[:count]:
        mask |= phantoms.ellipsoid(GRID, center, (4.0, 4.0, 6.0))
    assert ("island sign" in names(signs_of(mask, [], PARENCHYMAL))) is is_island


def test_bumps_of_the_outline() -> None:
    bumpy = CLOT.copy()
    for center in ((-14.0, -5.0, 0.0), (10.0, 15.0, 0.0)):
        bumpy |= phantoms.ellipsoid(GRID, center, (6.0, 6.0, 8.0))
    assert "irregular shape" in names(signs_of(bumpy, [], PARENCHYMAL))


def test_other_types_have_none() -> None:
    hole = phantoms.ellipsoid(GRID, (12.0, -5.0, 0.0), (6.0, 5.0, 8.0))
    assert signs_of(CLOT, [(hole, 28.0)], HemorrhageType.SUBDURAL) == ()
