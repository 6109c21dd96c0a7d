"""Planes are upright, in proportion, and show every voxel exactly where it is."""

from dataclasses import dataclass

import numpy as np
import pytest

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.plane import Axis, Letters, Orientation, direction_letters
from ichviewer.imaging.plane_layout import plane_of

IN_PLANE_MM = 0.5


@dataclass(frozen=True)
class Layout:
    """Directions of columns (i), rows (j) and slices (k) as the files would give them."""

    column: tuple[float, float, float] = (1, 0, 0)
    row: tuple[float, float, float] = (0, 1, 0)
    travel: tuple[float, float, float] = (0, 0, 1)
    offsets_mm: tuple[float, ...] = tuple(5.0 * n for n in range(9))
    geometry: GeometryClass = GeometryClass.REGULAR


TILT = np.radians(18.5)
LAYOUTS = {
    "straight": Layout(),
    "feet last": Layout(row=(0, -1, 0), travel=(0, 0, -1)),
    "prone": Layout(column=(-1, 0, 0), row=(0, -1, 0)),
    "turned by 90 degrees": Layout(column=(0, 1, 0), row=(-1, 0, 0)),
    "tilted gantry": Layout(
        row=(0, float(np.cos(TILT)), float(np.sin(TILT))), geometry=GeometryClass.TILTED
    ),
    "uneven gaps": Layout(
        offsets_mm=(0, 1.08, 6, 13, 20, 22.5, 25, 30, 36), geometry=GeometryClass.IRREGULAR
    ),
    "thin slices": Layout(offsets_mm=tuple(0.3 * n for n in range(9))),
    "coronal": Layout(row=(0, 0, -1), travel=(0, 1, 0)),
    "sagittal": Layout(column=(0, 1, 0), row=(0, 0, -1), travel=(-1, 0, 0)),
}


def grid_of(layout: Layout, rows: int = 14, columns: int = 12) -> Grid:
    positions = np.outer(layout.offsets_mm, layout.travel) + np.array([10.0, -20.0, 300.0])
    return Grid(
        (len(layout.offsets_mm), rows, columns),
        positions,
        IN_PLANE_MM * np.array(layout.column, dtype=float),
        IN_PLANE_MM * np.array(layout.row, dtype=float),
        layout.geometry,
    )


@pytest.fixture(params=list(LAYOUTS))
def grid(request: pytest.FixtureRequest) -> Grid:
    return grid_of(LAYOUTS[request.param])


@pytest.mark.parametrize("axis", Axis)
def test_one_voxel_lights_its_own_pixels_and_no_others(grid: Grid, axis: Axis) -> None:
    plane = plane_of(grid, axis)
    for kji in [(4, 6, 5), (0, 0, 0), (8, 13, 11), (8, 0, 11), (3, 13, 2)]:
        voxels = np.zeros(grid.shape_kji, np.uint8)
        voxels[kji] = 1
        lit = np.argwhere(plane.cut(voxels, kji[axis]))
        assert len(lit), f"voxel {kji} is not to be seen"
        shown = {plane.voxel(kji[axis], *pixel) for pixel in lit.tolist()}
        assert shown == {kji}
        # Its area on the screen is the voxel's own, and its middle is where `pixel` says.
        steps = (grid.slice_step_lps_mm, grid.row_step_lps_mm, grid.column_step_lps_mm)
        if grid.geometry is not GeometryClass.IRREGULAR:
            a, b = (steps[n] for n in range(3) if n != axis)
            expected_mm2 = np.linalg.norm(np.cross(a, b))
            found_mm2 = len(lit) * plane.pixel_mm[0] * plane.pixel_mm[1]
            assert found_mm2 == pytest.approx(expected_mm2, rel=0.25)
            assert lit.mean(axis=0) == pytest.approx(plane.pixel(kji), abs=1.01)
        others = [n for n in range(plane.count) if n != kji[axis]]
        assert not any(plane.cut(voxels, n).any() for n in others)


@pytest.mark.parametrize("axis", Axis)
def test_every_voxel_of_a_cut_is_seen(grid: Grid, axis: Axis) -> None:
    plane = plane_of(grid, axis)
    voxels = np.arange(1, np.prod(grid.shape_kji) + 1, dtype=np.int32).reshape(grid.shape_kji)
    for index in (0, plane.count - 1):
        shown = set(np.unique(plane.cut(voxels, index)).tolist()) - {0}
        assert shown == set(np.take(voxels, index, axis=axis).ravel().tolist())


@pytest.mark.parametrize("axis", Axis)
def test_pixels_and_patient_positions_agree(grid: Grid, axis: Axis) -> None:
    plane = plane_of(grid, axis)
    for kji in [(4, 6, 5), (2, 0, 11), (7, 13, 0)]:
        row, column = plane.pixel(kji)
        there = plane.lps_mm(kji[axis], row, column)
        assert there == pytest.approx(grid.lps_mm(np.array(kji, float)), abs=1e-6)


@pytest.mark.parametrize("axis", Axis)
def test_head_is_up_and_patients_right_is_left_on_screen(grid: Grid, axis: Axis) -> None:
    plane = plane_of(grid, axis)
    # Tilted rows point to P and somewhat to H, so the strongest letter is compared.
    strongest = Letters(*(letters[0] for letters in plane.letters))
    assert (
        strongest
        == {
            Orientation.AXIAL: Letters("R", "L", "A", "P"),
            Orientation.CORONAL: Letters("R", "L", "H", "F"),
            Orientation.SAGITTAL: Letters("A", "P", "H", "F"),
        }[plane.orientation]
    )
    left, right = (plane.lps_mm(0, 0, c) for c in (0, plane.shape[1] - 1))
    top, bottom = (plane.lps_mm(0, r, 0) for r in (0, plane.shape[0] - 1))
    if plane.orientation is not Orientation.SAGITTAL:
        assert right[0] > left[0]
    if plane.orientation is not Orientation.AXIAL:
        assert top[2] > bottom[2]


def test_each_orientation_is_named_once(grid: Grid) -> None:
    assert {plane_of(grid, axis).orientation for axis in Axis} == set(Orientation)


@pytest.mark.parametrize(("name", "word"), [("straight", "axial"), ("coronal", "coronal")])
def test_acquired_slices_are_named_by_their_direction(name: str, word: str) -> None:
    plane = plane_of(grid_of(LAYOUTS[name]), Axis.K)
    assert plane.orientation == word
    assert plane.is_native


def test_a_lesion_on_the_left_is_on_the_right_of_the_screen() -> None:
    for name in ("straight", "feet last", "prone", "turned by 90 degrees", "tilted gantry"):
        grid = grid_of(LAYOUTS[name])
        middle = grid.lps_mm(np.array([4.0, 6.5, 5.5]))
        left = np.rint(grid.kji(middle + np.array([2.5, 0, 0]))).astype(int)
        for axis in (Axis.K, Axis.J, Axis.I):
            plane = plane_of(grid, axis)
            if plane.orientation is Orientation.SAGITTAL:
                continue
            voxels = np.zeros(grid.shape_kji, np.uint8)
            voxels[tuple(left)] = 1
            lit = np.argwhere(plane.cut(voxels, int(left[axis])))
            assert lit[:, 1].mean() > plane.shape[1] / 2, f"{name}, {plane.orientation}"


def test_native_pixels_are_only_flipped() -> None:
    grid = grid_of(LAYOUTS["feet last"])
    voxels = np.arange(np.prod(grid.shape_kji), dtype=np.int16).reshape(grid.shape_kji)
    assert np.array_equal(plane_of(grid, Axis.K).cut(voxels, 3), voxels[3, ::-1])
    straight = grid_of(LAYOUTS["straight"])
    assert np.shares_memory(plane_of(straight, Axis.K).cut(voxels, 3), voxels)


def test_uneven_gaps_have_their_true_height() -> None:
    grid = grid_of(LAYOUTS["uneven gaps"])
    plane = plane_of(grid, Axis.J)
    voxels = np.zeros(grid.shape_kji, np.int16)
    voxels += np.arange(9, dtype=np.int16)[:, None, None]
    column = plane.cut(voxels, 5, fill=-1)[:, 6]
    heights_mm = [np.count_nonzero(column == k) * plane.pixel_mm[0] for k in range(9)]
    assert heights_mm == pytest.approx(grid.slice_weights_mm.tolist(), abs=plane.pixel_mm[0])


def test_a_missing_slice_stays_a_hole() -> None:
    gapped = Layout(offsets_mm=(0, 5, 10, 20, 25), geometry=GeometryClass.GAPPED)
    grid = grid_of(gapped)
    plane = plane_of(grid, Axis.J)
    column = plane.cut(np.ones(grid.shape_kji, np.uint8), 5)[:, 6]
    assert np.count_nonzero(column == 0) * plane.pixel_mm[0] == pytest.approx(5, abs=0.6)


def test_a_change_of_spacing_is_no_hole() -> None:
    offsets = (0, 2.5, 5, 7.5, 10, 15, 20, 25, 40, 45)
    grid = grid_of(Layout(offsets_mm=offsets, geometry=GeometryClass.GAPPED))
    plane = plane_of(grid, Axis.J)
    column = plane.cut(np.ones(grid.shape_kji, np.uint8), 5)[:, 6]
    assert np.count_nonzero(column == 0) * plane.pixel_mm[0] == pytest.approx(10, abs=0.6)


def test_a_tilted_stack_is_sheared_by_its_tilt() -> None:
    grid = grid_of(LAYOUTS["tilted gantry"], rows=200)
    plane = plane_of(grid, Axis.I)
    voxels = np.zeros(grid.shape_kji, np.uint8)
    voxels[4] = 1
    lit = plane.cut(voxels, 6) > 0
    front, back = (float(np.flatnonzero(lit[:, c]).mean()) for c in (0, lit.shape[1] - 1))
    rise_mm = (front - back) * plane.pixel_mm[0]
    run_mm = (lit.shape[1] - 1) * plane.pixel_mm[1]
    assert np.degrees(np.arctan2(rise_mm, run_mm)) == pytest.approx(18.5, abs=0.3)


def test_outside_the_grid_there_is_no_voxel_and_air() -> None:
    grid = grid_of(LAYOUTS["tilted gantry"], rows=100)
    plane = plane_of(grid, Axis.I)
    assert plane.voxel(3, -1, 0) is None
    assert plane.voxel(3, 0, 0) is None
    assert plane.cut(np.zeros(grid.shape_kji, np.int16), 3, fill=-1024)[0, 0] == -1024


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -1, 0), "A"),
        ((0, 0, 1), "H"),
        ((0, 0, -1), "F"),
        ((0.1, 0.95, 0.3), "P"),
        ((-0.6, 0, 0.8), "HR"),
    ],
)
def test_letters_come_from_directions(direction: tuple[float, float, float], letters: str) -> None:
    assert direction_letters(np.array(direction)) == letters


def test_no_letters_where_the_files_give_no_directions() -> None:
    grid = grid_of(Layout(geometry=GeometryClass.NO_GEOMETRY))
    assert plane_of(grid, Axis.K).letters == Letters("", "", "", "")


def test_a_single_slice_has_planes_too() -> None:
    grid = grid_of(Layout(offsets_mm=(0.0,), geometry=GeometryClass.SINGLE))
    assert plane_of(grid, Axis.K).shape == (14, 12)
    assert plane_of(grid, Axis.J).shape[1] == 12


@pytest.mark.parametrize("name", ["straight", "tilted gantry", "uneven gaps", "feet last"])
def test_blending_is_linear_in_the_slices_positions(name: str) -> None:
    # HU that grow linearly along the stack must come out as one straight ramp in millimetres.
    grid = grid_of(LAYOUTS[name])
    plane = plane_of(grid, Axis.J)
    hu = np.zeros(grid.shape_kji, np.float32) + 10 * grid.slice_offsets_mm[:, None, None].astype(
        "f"
    )
    column = plane.cut_blended(hu, 5, fill=np.nan)[:, 6]
    offsets = [
        float((plane.lps_mm(5, row, 6) - grid.slice_positions_lps_mm[0]) @ grid.normal_lps)
        for row in range(plane.shape[0])
    ]
    last = float(grid.slice_offsets_mm[-1])
    between = [n for n, mm in enumerate(offsets) if 0 <= mm <= last]
    assert len(between) > 20
    expected = [10 * (offsets[n] - _lift(grid, 5)) for n in between]
    assert column[between] == pytest.approx(expected, abs=0.05)


def _lift(grid: Grid, row: int) -> float:
    """How far along the normal a voxel row lies from its slice's first row (0: in the slice)."""
    return float(row * grid.row_step_lps_mm @ grid.normal_lps)


def test_blending_never_crosses_a_hole() -> None:
    gapped = Layout(offsets_mm=(0, 5, 10, 20, 25), geometry=GeometryClass.GAPPED)
    grid = grid_of(gapped)
    hu = np.zeros(grid.shape_kji, np.int16)
    hu[3:] = 1000
    assert set(np.unique(plane_of(grid, Axis.J).cut_blended(hu, 5))) == {0, 1000}


def test_native_pixels_are_never_blended() -> None:
    grid = grid_of(LAYOUTS["straight"])
    voxels = np.arange(np.prod(grid.shape_kji), dtype=np.int16).reshape(grid.shape_kji)
    assert np.array_equal(plane_of(grid, Axis.K).cut_blended(voxels, 3), voxels[3])
