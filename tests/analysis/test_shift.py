"""Midline shift of phantoms whose ventricles are displaced by a known way."""

import numpy as np
import pytest

from ichviewer.analysis.alignment import Alignment
from ichviewer.analysis.atlas import Atlas
from ichviewer.analysis.head import find_head
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.place import Place
from ichviewer.analysis.shift import find_shift
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms

MIDLINE = Midline(np.array([1.0, 0.0, 0.0]), 0.0)
#: The phantom's own frame taken for the atlas's: only heights and depths are read from it.
PLACE = Place(
    Atlas(
        *(np.zeros((2, 2, 2), np.float32) for _ in range(2)),
        *(np.zeros((2, 2, 2), np.uint8) for _ in range(2)),
        (0.0, 0.0, 0.0),
        4.0,
    ),
    Alignment(np.eye(4), 0.0),
)


def head_with_horns(
    shift_mm: float, *, narrow_mm: float = 0.0, tilt_deg: float = 0.0, horns: bool = True
) -> Volume:
    """Two frontal horns and a third ventricle; the left horn may be pressed narrower."""
    grid = phantoms.make_grid(slices=30, px=200, px_mm=1.1, tilt_deg=tilt_deg)
    volume = phantoms.head(grid)
    hu = volume.hu.copy()
    if horns:
        for center_x, radius in ((-8.0, 6.0), (8.0 - narrow_mm / 2, 6.0 - narrow_mm / 2)):
            horn = phantoms.ellipsoid(grid, (center_x + shift_mm, -6.0, 12.0), (radius, 16, 14))
            hu[horn] -= 24
        third = phantoms.ellipsoid(grid, (shift_mm, 4.0, 2.0), (2.5, 12.0, 8.0))
        hu[third & (hu > 15)] -= 24
    return Volume(hu, grid)


@pytest.mark.parametrize("shift_mm", [-12.0, -5.0, -2.0, 0.0, 3.0, 8.0])
def test_displaced_ventricles(shift_mm: float) -> None:
    volume = head_with_horns(shift_mm)
    found = find_shift(volume, find_head(volume), MIDLINE, PLACE)
    assert found is not None
    assert found.shift_mm == pytest.approx(shift_mm, abs=1.0)
    assert 13 <= found.slice <= 19


def test_tilted_head_with_a_narrowed_horn() -> None:
    volume = head_with_horns(-6.0, narrow_mm=4.0, tilt_deg=15.0)
    found = find_shift(volume, find_head(volume), MIDLINE, PLACE)
    assert found is not None
    assert found.shift_mm == pytest.approx(-6.0, abs=2.5)


def test_brain_without_fluid_cannot_tell() -> None:
    volume = head_with_horns(0.0, horns=False)
    assert find_shift(volume, find_head(volume), MIDLINE, PLACE) is None


def test_without_a_place_there_is_no_level() -> None:
    volume = head_with_horns(4.0)
    assert find_shift(volume, find_head(volume), MIDLINE, None) is None
