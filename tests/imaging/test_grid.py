"""Grids of any orientation, tilt and spacing: there and back to 1e-6 mm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ichviewer.imaging.grid import GeometryClass, Grid
from tests.imaging.series import SCANS, SHAPE_JI, grid_of

ANGLE = st.floats(-np.pi, np.pi)
MM = st.floats(-500.0, 500.0)


def rotation(x: float, y: float, z: float) -> np.ndarray:
    def about(axis: int, angle: float) -> np.ndarray:
        a, b = [other for other in range(3) if other != axis]
        matrix = np.eye(3)
        matrix[a, a] = matrix[b, b] = np.cos(angle)
        matrix[a, b], matrix[b, a] = -np.sin(angle), np.sin(angle)
        return matrix

    return about(0, x) @ about(1, y) @ about(2, z)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any orientation, shear up to 30 degrees, gaps from 0.1 to 20 mm."""
    axes = rotation(draw(ANGLE), draw(ANGLE), draw(ANGLE))
    count = draw(st.integers(2, 12))
    gaps = draw(st.lists(st.floats(0.1, 20.0), min_size=count - 1, max_size=count - 1))
    offsets = np.concatenate([[0.0], np.cumsum(gaps)])
    shear = np.tan(np.radians(draw(st.floats(-30.0, 30.0))))
    origin = np.array([draw(MM), draw(MM), draw(MM)])
    spacing = draw(st.floats(0.1, 2.0)), draw(st.floats(0.1, 2.0))
    return Grid(
        (count, draw(st.integers(1, 600)), draw(st.integers(1, 600))),
        origin + offsets[:, None] * (axes[:, 2] + shear * axes[:, 1]),
        column_step_lps_mm=axes[:, 0] * spacing[1],
        row_step_lps_mm=axes[:, 1] * spacing[0],
    )


@given(grids(), st.lists(st.tuples(*[st.floats(-2.0, 2.0)] * 3), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_voxel_to_patient_and_back(grid: Grid, parts: list[tuple[float, float, float]]) -> None:
    kji = np.array(parts) * np.array(grid.shape_kji)
    lps_mm = grid.lps_mm(kji)
    assert np.abs(grid.lps_mm(grid.kji(lps_mm)) - lps_mm).max() <= 1e-6


@given(grids())
@settings(max_examples=100, deadline=None)
def test_slices_are_where_their_positions_are(grid: Grid) -> None:
    k = np.arange(grid.shape_kji[0], dtype=float)
    first_voxels = np.stack([k, 0 * k, 0 * k], axis=-1)
    assert np.allclose(grid.lps_mm(first_voxels), grid.slice_positions_lps_mm, atol=1e-9)
    assert np.allclose(grid.kji(grid.slice_positions_lps_mm), first_voxels, atol=1e-6)


@given(grids())
@settings(max_examples=100, deadline=None)
def test_the_affine_joins_first_and_last_slice(grid: Grid) -> None:
    for k in (0, grid.shape_kji[0] - 1):
        exact = grid.affine @ np.array([k, 5.0, 7.0, 1.0])
        assert np.allclose(exact[:3], grid.lps_mm(np.array([k, 5.0, 7.0])), atol=1e-8)


@given(grids())
@settings(max_examples=100, deadline=None)
def test_weights_count_the_scanned_depth_once(grid: Grid) -> None:
    counted = np.where(grid.missing_slices > 0, grid.expected_gaps_mm, grid.gaps_mm)
    ends = (counted[0] + counted[-1]) / 2
    assert grid.slice_weights_mm.sum() == pytest.approx(counted.sum() + ends)


def axial(offsets: list[float], thicknesses: list[float] | None = None) -> Grid:
    return Grid(
        (len(offsets), 4, 4),
        np.array(offsets)[:, None] * np.array([0.0, 0.0, 1.0]),
        column_step_lps_mm=np.array([0.5, 0.0, 0.0]),
        row_step_lps_mm=np.array([0.0, 0.5, 0.0]),
        geometry=GeometryClass.IRREGULAR,
        slice_thicknesses_mm=None if thicknesses is None else np.array(thicknesses),
    )


def test_a_missing_slice_is_not_counted_as_scanned() -> None:
    grid = axial([0, 5, 10, 25, 30])
    assert grid.missing_slices.tolist() == [0, 0, 2, 0]
    assert grid.slice_weights_mm.tolist() == [5.0] * 5
    assert grid.voxel_ml == pytest.approx(0.25 * 5 / 1000)


def test_mixed_thickness_is_no_gap() -> None:
    grid = axial([0, 4, 8, 12, 17.5, 24.5, 31.5], [4, 4, 4, 4, 7, 7, 7])
    assert not grid.missing_slices.any()
    assert grid.slice_weights_mm == pytest.approx([4, 4, 4, 4, 7, 7, 7])


def test_a_missing_slice_among_thick_ones() -> None:
    grid = axial([0, 4, 8, 12, 17.5, 31.5, 38.5], [4, 4, 4, 4, 7, 7, 7])
    assert grid.missing_slices.tolist() == [0, 0, 0, 0, 1, 0]
    assert grid.slice_weights_mm == pytest.approx([4, 4, 4, 4, 7, 7, 7])


def test_overlapping_slices_are_no_gap() -> None:
    grid = axial([0, 2.5, 5, 7.5, 15], [5] * 5)
    assert grid.missing_slices.tolist() == [0, 0, 0, 2]


def test_a_change_of_spacing_without_thicknesses_is_no_gap() -> None:
    grid = axial([0, 1, 2, 3, 4, 5, 10, 15, 20])
    assert grid.missing_slices.sum() == 0


def test_one_slice_has_no_volume() -> None:
    assert np.isnan(axial([0]).voxel_ml).all()
    assert axial([0]).spacing_mm == (1.0, 0.5, 0.5)


def test_positions_and_thicknesses_must_fit_the_shape() -> None:
    with pytest.raises(ValueError, match="one position per slice"):
        Grid((3, 4, 4), np.zeros((2, 3)), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    with pytest.raises(ValueError, match="one thickness per slice"):
        axial([0, 1], [1.0])


@pytest.mark.parametrize("name", SCANS)
def test_a_sheet_is_found_as_its_points_are(name: str) -> None:
    """Inside, beyond both ends, and of a single slice."""
    grid = grid_of(SCANS[name])
    single = replace(grid, shape_kji=(1, *SHAPE_JI), slice_positions_lps_mm=[[1.0, 2.0, 3.0]])
    rows = grid.slice_positions_lps_mm[0] + np.outer(np.linspace(-9, 70, 40), [0.1, 0.4, 1.0])
    columns = np.outer(np.linspace(-5, 40, 30), [0.9, 0.2, 0.1])
    for one in (grid, single):
        expected = one.kji(rows[:, None] + columns[None])
        found = np.broadcast_arrays(*one.kji_of_sheet(rows, columns), expected[..., 0])[:3]
        assert np.allclose(np.stack(found, axis=-1), expected, atol=1e-9)


def test_of_a_sheet_square_to_the_slices_a_whole_row_lies_in_one_slice() -> None:
    grid = axial([0, 1, 2, 4, 6])
    across = np.outer(np.arange(3), grid.row_step_lps_mm)
    stack = np.outer(np.linspace(-1, 7, 6), [0.0, 0.0, 1.0])
    assert grid.kji_of_sheet(stack, across)[0].shape == (6, 1)
    assert grid.kji_of_sheet(across, stack)[0].shape == (1, 6)


@pytest.mark.parametrize("name", SCANS)
def test_a_block_of_voxels_has_the_volume_of_its_edges(name: str) -> None:
    """Ten rows by eight columns from the middle below slice 2 to the middle above slice 8."""
    scan, grid = SCANS[name], grid_of(SCANS[name])
    block = np.zeros(grid.shape_kji, bool)
    block[2:9, 20:30, 10:18] = True
    offsets = np.array(scan.offsets_mm)
    high_mm = (offsets[8] + offsets[9] - offsets[2] - offsets[1]) / 2
    edges = (10 * 0.45 * np.array(scan.row), 8 * 0.6 * np.array(scan.column))
    expected_ml = abs(np.linalg.det([*edges, high_mm * np.array(scan.travel)])) / 1000
    found_ml = float((block.sum(axis=(1, 2)) * grid.voxel_ml).sum())
    assert found_ml == pytest.approx(expected_ml, rel=1e-3)
