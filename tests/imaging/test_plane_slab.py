"""Slabs equal brute force over the voxels on the line of sight, also tilted and unevenly spaced."""

import numpy as np
import pytest

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.plane_slab import Projection, Slab, cut_slab, slab_members
from ichviewer.imaging.plane_turn import Turn, turned
from tests.imaging.test_plane import LAYOUTS, Layout, grid_of

FILL = -1024
PROJECTIONS = [Projection.MAXIMUM, Projection.MEAN, Projection.MINIMUM]


def noise(grid: Grid) -> np.ndarray:
    return np.random.default_rng(5).integers(-1000, 2000, grid.shape_kji).astype(np.int16)


def project(stack: np.ndarray, weights: np.ndarray, projection: Projection) -> np.ndarray:
    """(N, ...) with NaN for no voxel; independent of the code under test."""
    if projection is Projection.MAXIMUM:
        return np.nanmax(stack, axis=0)
    if projection is Projection.MINIMUM:
        return np.nanmin(stack, axis=0)
    share = np.where(np.isnan(stack), 0, weights.reshape(-1, *[1] * (stack.ndim - 1)))
    return np.nansum(stack * share, axis=0) / share.sum(axis=0)


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("axis", Axis)
def test_a_straight_slab_is_numpys_own_projection(axis: Axis, projection: Projection) -> None:
    grid = grid_of(LAYOUTS["straight"])
    hu, plane, index = noise(grid), plane_of(grid, axis), 4
    # Five voxels: the middle one, its neighbours whole, and half of those beyond.
    thickness_mm = 4 * grid.spacing_mm[axis]
    block = np.take(hu, range(index - 2, index + 3), axis=axis).astype(float)
    weights = np.array([0.5, 1, 1, 1, 0.5])
    expected = project(np.moveaxis(block, axis, 0), weights, projection)
    volume = np.expand_dims(np.rint(expected).astype(np.int16), axis)
    found = cut_slab(plane, hu, index, Slab(projection, thickness_mm), FILL)
    assert found.dtype == np.int16
    difference = found.astype(int) - plane.cut(volume, 0, FILL)
    assert not difference.any()


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_a_tilted_axial_slab_looks_square_through_the_slices(projection: Projection) -> None:
    grid = grid_of(LAYOUTS["tilted gantry"], rows=60)
    hu, plane, index = noise(grid), plane_of(grid, Axis.K), 4
    thickness_mm = 17.0
    found = cut_slab(plane, hu, index, Slab(projection, thickness_mm), FILL)
    spacing_mm = float(grid.gaps_mm[0])
    # Walk along the slice normal from every pixel, and take the nearest voxel of each slice.
    stack, weights = [], []
    for k in range(grid.shape_kji[0]):
        away_mm = float(grid.slice_offsets_mm[k] - grid.slice_offsets_mm[index])
        inside = min(away_mm + spacing_mm / 2, thickness_mm / 2) - max(
            away_mm - spacing_mm / 2, -thickness_mm / 2
        )
        if inside <= 0:
            continue
        layer = np.full(plane.shape, np.nan)
        for row, column in np.ndindex(plane.shape):
            point = plane.lps_mm(index, row, column) + away_mm * grid.normal_lps
            at = np.rint(grid.kji(point) - 1e-9).astype(int)
            assert at[0] == k
            if (at >= 0).all() and (at < grid.shape_kji).all():
                layer[row, column] = hu[tuple(at)]
        stack.append(layer)
        weights.append(inside)
    assert len(stack) == 5
    expected = project(np.array(stack), np.array(weights), projection)
    assert np.abs(found - expected).max() <= (0.5 + 1e-3 if projection is Projection.MEAN else 0)
    # Without the tilt's correction another picture would come out.
    assert not np.array_equal(found, np.rint(project(
        hu[index - 2 : index + 3].astype(float), np.array(weights), projection)))  # fmt: skip


def test_a_rod_across_a_tilted_stack_stays_one_spot_in_the_coronal_slab() -> None:
    tilt = np.radians(18.5)
    layout = Layout(
        row=(0, float(np.cos(tilt)), float(np.sin(tilt))),
        offsets_mm=tuple(0.5 * n for n in range(60)),
        geometry=GeometryClass.TILTED,
    )
    grid = grid_of(layout, rows=40)
    plane = plane_of(grid, Axis.J)
    normal = np.cross(plane.right_lps, plane.down_lps)
    start = plane.lps_mm(20, *plane.pixel((30, 20, 6)))
    hu = np.zeros(grid.shape_kji, np.int16)
    for away_mm in np.arange(-8, 8, 0.05):
        k, j, i = np.rint(grid.kji(start + away_mm * normal)).astype(int)
        hu[k, j, i] = 500
    thick = cut_slab(plane, hu, 20, Slab(Projection.MAXIMUM, 14.0), 0)
    lit = np.argwhere(thick == 500)
    row, column = plane.pixel((30, 20, 6))
    assert len(lit)
    assert np.abs(lit - (row, column)).max() <= 2, "a rod seen end on is a spot"
    flat = hu[:, 6:35].max(axis=1)[None].swapaxes(0, 1)
    smeared = np.argwhere(plane.cut(flat, 0, 0) == 500)
    assert np.abs(smeared - (row, column)).max() > 5, "the phantom would show a wrong slab"


def test_uneven_slices_count_by_their_millimetres() -> None:
    grid = grid_of(LAYOUTS["uneven gaps"])
    hu = np.zeros(grid.shape_kji, np.int16)
    hu += np.array([0, 100, 200, 300, 400, 500, 600, 700, 800], np.int16)[:, None, None]
    # Around slice 4 at 20 mm: slice 3 (13 mm) stands for 9.5 to 16.5, slice 4 to 21.25,
    # slice 5 (22.5 mm) to 23.75, slice 6 (25 mm) to 27.5.
    found = cut_slab(plane_of(grid, Axis.K), hu, 4, Slab(Projection.MEAN, 10.0), FILL)
    expected = (300 * 1.5 + 400 * 4.75 + 500 * 2.5 + 600 * 1.25) / 10
    assert (found == round(expected)).all()
    members = slab_members(plane_of(grid, Axis.K), 4, 10.0)
    assert [m.cut for m in members] == [3, 4, 5, 6]
    assert [m.inside_mm for m in members] == pytest.approx([1.5, 4.75, 2.5, 1.25])


def test_missing_slices_weigh_nothing() -> None:
    grid = grid_of(Layout(offsets_mm=(0, 5, 10, 20, 25), geometry=GeometryClass.GAPPED))
    members = slab_members(plane_of(grid, Axis.K), 2, 20.0)
    assert {m.cut: m.inside_mm for m in members} == pytest.approx({0: 2.5, 1: 5, 2: 5, 3: 2.5})


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("name", ["straight", "tilted gantry", "feet last", "uneven gaps"])
def test_a_turned_slab_is_the_slab_turned(name: str, axis: Axis) -> None:
    grid = grid_of(LAYOUTS[name])
    hu, plane = noise(grid), plane_of(grid, axis)
    slab, turn = Slab(Projection.MAXIMUM, 3.0 if axis else 12.0), Turn(1, True)
    upright = cut_slab(plane, hu, 4, slab, FILL)
    assert np.array_equal(cut_slab(turned(plane, turn), hu, 4, slab, FILL), turn.pixels(upright))


def test_a_thin_slab_or_none_is_the_cut_itself() -> None:
    grid = grid_of(LAYOUTS["straight"])
    hu, plane = noise(grid), plane_of(grid, Axis.J)
    for slab in (Slab(Projection.MAXIMUM, 0.1), Slab(Projection.NONE, 30.0)):
        assert np.array_equal(cut_slab(plane, hu, 4, slab, FILL), plane.cut(hu, 4, FILL))


def test_air_outside_the_grid_is_no_minimum() -> None:
    grid = grid_of(LAYOUTS["tilted gantry"], rows=60)
    hu = np.full(grid.shape_kji, 40, np.int16)
    found = cut_slab(plane_of(grid, Axis.I), hu, 5, Slab(Projection.MINIMUM, 3.0), FILL)
    assert set(np.unique(found).tolist()) == {FILL, 40}


def test_a_single_slice_has_no_slab() -> None:
    grid = grid_of(Layout(offsets_mm=(0.0,), geometry=GeometryClass.SINGLE))
    hu = noise(grid)
    found = cut_slab(plane_of(grid, Axis.K), hu, 0, Slab(Projection.MEAN, 30.0), FILL)
    assert np.array_equal(found, hu[0])
