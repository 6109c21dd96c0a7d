"""A turned plane shows the same voxels, and its letters and positions turn with them."""

from itertools import product

import numpy as np
import pytest

from ichviewer.imaging.plane import Axis, Letters
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.plane_turn import Turn, turned
from tests.imaging.test_plane import LAYOUTS, grid_of

TURNS = [Turn(quarters, mirrored) for quarters, mirrored in product(range(4), (False, True))]


@pytest.mark.parametrize("turn", TURNS, ids=str)
@pytest.mark.parametrize("name", list(LAYOUTS))
@pytest.mark.parametrize("axis", Axis)
def test_pixels_turn_as_numpy_turns_them_and_positions_follow(
    name: str, axis: Axis, turn: Turn
) -> None:
    grid = grid_of(LAYOUTS[name])
    upright = plane_of(grid, axis)
    plane = turned(upright, turn)
    voxels = np.arange(np.prod(grid.shape_kji), dtype=np.int16).reshape(grid.shape_kji)
    expected = upright.cut(voxels, 3, fill=-1)
    if turn.is_mirrored:
        expected = np.fliplr(expected)
    for _ in range(turn.quarters):
        expected = np.flipud(expected).T  # a quarter clockwise: the last row becomes a column
    shown = plane.cut(voxels, 3, fill=-1)
    assert np.array_equal(shown, expected)
    assert shown.shape == plane.shape
    for pixel in ((0, 0), (2, 5), (plane.shape[0] - 1, plane.shape[1] - 1)):
        kji = plane.voxel(3, *pixel)
        assert (shown[pixel] == -1) if kji is None else (voxels[kji] == shown[pixel])
    for corner in ((0, 0), (0, plane.shape[1] - 1), (plane.shape[0] - 1, 0)):
        original = np.zeros(upright.shape, bool)
        shown_corner = np.zeros(plane.shape, bool)
        shown_corner[corner] = True
        original = np.rot90(shown_corner, turn.quarters)
        original = np.fliplr(original) if turn.is_mirrored else original
        there = tuple(int(n) for n in np.argwhere(original)[0])
        assert plane.lps_mm(3, *corner) == pytest.approx(upright.lps_mm(3, *there), abs=1e-9)
    kji = (3, 4, 5)
    at = (kji[0], kji[1], kji[2])
    assert plane.lps_mm(at[axis], *plane.pixel(at)) == pytest.approx(
        grid.lps_mm(np.array(at, float)), abs=1e-6
    )


def test_letters_go_round_with_the_image() -> None:
    plane = plane_of(grid_of(LAYOUTS["straight"]), Axis.K)
    assert turned(plane, Turn(1)).letters == Letters(left="P", right="A", top="R", bottom="L")
    assert turned(plane, Turn(2)).letters == Letters("L", "R", "P", "A")
    assert turned(plane, Turn(0, True)).letters == Letters("L", "R", "A", "P")
    assert turned(plane, Turn().flipped_upright()).letters == Letters("R", "L", "P", "A")


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_flips_are_flips_of_what_is_on_the_screen(turn: Turn) -> None:
    image = np.arange(12).reshape(3, 4)
    shown = turn.pixels(image)
    assert np.array_equal(turn.flipped_sideways().pixels(image), np.fliplr(shown))
    assert np.array_equal(turn.flipped_upright().pixels(image), np.flipud(shown))
    assert np.array_equal(turn.rotated(1).pixels(image), np.rot90(shown, -1))
    assert turn.rotated(3).rotated(1) == turn
    assert turn.flipped_sideways().flipped_sideways() == turn


def test_no_turn_is_the_plane_itself() -> None:
    plane = plane_of(grid_of(LAYOUTS["straight"]), Axis.J)
    assert turned(plane, Turn()) is plane
