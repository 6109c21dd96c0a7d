"""The linked slice is the one at the same height of the head, by arithmetic on positions."""

import numpy as np
import pytest

from ichviewer.comparison.alignment import Alignment, Grade, moved_by_hand
from ichviewer.comparison.slices import prior_slice
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.rigid import IDENTITY, turn_about

CENTER = np.array([0.0, 0.0, 50.0])
ALIGNED = Alignment(IDENTITY, CENTER, Grade.GOOD)


def grid_of(offsets_mm: list[float], tilt_deg: float = 0.0) -> Grid:
    tilt = np.radians(tilt_deg)
    positions = np.array([-100.0, -100.0, 0.0]) + np.outer(offsets_mm, [0.0, 0.0, 1.0])
    return Grid(
        (len(offsets_mm), 200, 200), positions, np.array([1.0, 0, 0]),
        np.array([0.0, np.cos(tilt), np.sin(tilt)]),
        GeometryClass.TILTED if tilt_deg else GeometryClass.REGULAR,
    )  # fmt: skip


FIVE = grid_of([5.0 * k for k in range(21)])


def test_the_same_grid_is_linked_slice_by_slice() -> None:
    assert [prior_slice(k, FIVE, FIVE, ALIGNED) for k in range(21)] == list(range(21))


def test_uneven_slices_are_found_by_position() -> None:
    uneven = grid_of([0.0, 2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    table = uneven.slice_offsets_mm
    for k in range(21):
        found = prior_slice(k, FIVE, uneven, ALIGNED)
        assert found is not None
        assert abs(table[found] - 5.0 * k) == np.abs(table - 5.0 * k).min()


def test_a_head_that_lies_higher_is_found_higher() -> None:
    higher = Alignment(turn_about(CENTER, np.zeros(3), np.array([0.0, 0, 15])), CENTER, Grade.GOOD)
    assert prior_slice(4, FIVE, FIVE, higher) == 7
    assert prior_slice(18, FIVE, FIVE, higher) is None
    assert prior_slice(4, FIVE, FIVE, moved_by_hand(higher, np.array([0.0, 0, -10]))) == 5


@pytest.mark.parametrize("tilt_deg", [-20.0, 15.0])
def test_a_tilted_gantry_is_linked_in_the_middle_of_the_head(tilt_deg: float) -> None:
    tilted = grid_of([5.0 * k for k in range(-10, 31)], tilt_deg)
    for k in (6, 10, 14):
        found = prior_slice(k, FIVE, tilted, ALIGNED)
        assert found is not None
        # Where the found slice meets the axis through the middle, by the equation of its plane.
        normal, first = tilted.normal_lps, tilted.slice_positions_lps_mm[found]
        height_mm = (normal @ first - normal[:2] @ CENTER[:2]) / normal[2]
        assert abs(height_mm - 5.0 * k) <= 2.5 / normal[2] + 1e-6


def test_what_has_no_positions_is_not_linked() -> None:
    flat = Grid((21, 200, 200), FIVE.slice_positions_lps_mm, FIVE.column_step_lps_mm,
                FIVE.row_step_lps_mm, GeometryClass.NO_GEOMETRY)  # fmt: skip
    assert prior_slice(3, FIVE, flat, ALIGNED) is None
