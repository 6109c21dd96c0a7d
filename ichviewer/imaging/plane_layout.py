"""How the planes of a grid are laid out on the screen: upright, in proportion, every slice seen."""

from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.grid import Float, Grid
from ichviewer.imaging.plane import Axis, Orientation, Plane, is_transposed, steps_of

#: More screen rows than this help nobody; thin or wild spacings are coarsened to stay below.
_MAX_PIXELS = 4096

#: Screen directions (right, down) in LPS. Axial and coronal as seen from the feet and from the
#: front: the patient's right is on the left. Sagittal with the nose to the left. Head up.
_UPRIGHT: dict[Orientation, tuple[Float, Float]] = {
    Orientation.SAGITTAL: (np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])),
    Orientation.CORONAL: (np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, -1.0])),
    Orientation.AXIAL: (np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])),
}


@lru_cache(maxsize=12)
def plane_of(grid: Grid, axis: Axis) -> Plane:
    """Lay out the cuts of a grid along one axis; made once per grid and axis."""
    orientation = _orientations(grid)[axis]
    if axis is Axis.K:
        return _native_plane(grid, orientation)
    return _laid_out_plane(grid, axis, orientation)


def _orientations(grid: Grid) -> tuple[Orientation, ...]:
    """A name for each voxel axis; every name once, the best assignment to the patient's axes."""
    cosines = [np.abs(step) / np.linalg.norm(step) for step in steps_of(grid)]
    names = tuple(Orientation)
    best = max(
        permutations(range(3)),
        key=lambda p: float(np.sum([c[a] for c, a in zip(cosines, p, strict=True)])),
    )
    return tuple(names[a] for a in best)


def _native_plane(grid: Grid, orientation: Orientation) -> Plane:
    _, rows, columns = grid.shape_kji
    right, down = _UPRIGHT[orientation]
    across, along = grid.row_step_lps_mm, grid.column_step_lps_mm
    if is_transposed(grid, right):
        across, along, rows, columns = along, across, columns, rows
    first = np.zeros(3)
    if across @ down < 0:
        first, across = first + (rows - 1) * across, -across
    if along @ right < 0:
        first, along = first + (columns - 1) * along, -along
    down_mm, right_mm = float(np.linalg.norm(across)), float(np.linalg.norm(along))
    return Plane(
        grid, Axis.K, orientation, (rows, columns), (down_mm, right_mm),
        along / right_mm, across / down_mm, first,
    )  # fmt: skip


def _laid_out_plane(grid: Grid, axis: Axis, orientation: Orientation) -> Plane:
    """Lay out cuts across the slices: one screen axis follows the stack, one is square to it.

    The stack's direction (table travel) sets the upright, so a tilted gantry appears as slanted
    slices in a straight head, and pixel centres of the other axis fall on voxel centres.
    """
    other = Axis.I if axis is Axis.J else Axis.J
    right, down = _UPRIGHT[orientation]
    stack, square, square_mm = _stack_frame(grid, other)
    is_upright = bool(abs(stack @ down) >= abs(stack @ right))
    wanted_stack, wanted_square = (down, right) if is_upright else (right, down)
    stack = stack if stack @ wanted_stack > 0 else -stack
    square = square if square @ wanted_square > 0 else -square

    edges, centers = _end_points(grid, other, -0.5) @ stack, _end_points(grid, other) @ square
    stack_mm = _stack_pitch_mm(grid, square_mm, float(np.ptp(edges)))
    stack_count = max(1, int(np.ceil(np.ptp(edges) / stack_mm - 1e-6)))
    square_count = int(np.rint(np.ptp(centers) / square_mm)) + 1
    base = grid.slice_positions_lps_mm[0]
    first = (
        base
        + (edges.min() + stack_mm / 2 - base @ stack) * stack
        + (centers.min() - base @ square) * square
    )
    stack_run = (np.arange(stack_count) * stack_mm)[:, None] * stack
    square_run = (np.arange(square_count) * square_mm)[:, None] * square
    if is_upright:
        sizes, axes, runs = (stack_mm, square_mm), (square, stack), (stack_run, square_run)
    else:
        sizes, axes, runs = (square_mm, stack_mm), (stack, square), (square_run, stack_run)
    source, neighbour, share = _voxels_under(grid, other, first + runs[0], runs[1])
    shape = (source.shape[0], source.shape[1])
    return Plane(
        grid, axis, orientation, shape, sizes, *axes, first, source, neighbour, share
    )  # fmt: skip


def _stack_frame(grid: Grid, other: Axis) -> tuple[Float, Float, float]:
    """Unit vectors along the stack and square to it, and the pitch of the voxels along the latter.

    Returns
    -------
    stack, square, square_mm
    """
    stack, within = steps_of(grid)[Axis.K], steps_of(grid)[other]
    unit = stack / np.linalg.norm(stack)
    square = within - (within @ unit) * unit
    square_mm = float(np.linalg.norm(square))
    return unit, square / square_mm, square_mm


def _stack_pitch_mm(grid: Grid, square_mm: float, extent_mm: float) -> float:
    """Pixel size along the stack: square pixels, but never so large that a slice falls between."""
    gaps = grid.gaps_mm[grid.gaps_mm > 0]
    smallest = float(gaps.min()) if gaps.size else square_mm
    return max(min(square_mm, smallest), extent_mm / _MAX_PIXELS)


def _voxels_under(
    grid: Grid, other: Axis, rows_lps_mm: Float, columns_lps_mm: Float
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Which voxels lie under each sum of a row's and a column's position.

    Returns
    -------
    source, neighbour
        Flat (k, other) position of the nearest voxel and of the one in the next slice on the
        point's other side; one past the end where there is none.
    share
        How much of the way to the neighbour the point is, 0-0.5.
    """
    slices, length = grid.shape_kji[0], grid.shape_kji[other]
    found = grid.kji_of_sheet(rows_lps_mm, columns_lps_mm)
    k, m = found[Axis.K], found[other]
    inside = np.ones((len(rows_lps_mm), len(columns_lps_mm)), dtype=bool)
    inside &= (k >= -0.5) & (k <= slices - 0.5) & (m >= -0.5) & (m < length - 0.5)
    nearest = np.clip(np.rint(k), 0, slices - 1).astype(np.int32)
    beyond = np.clip(nearest + np.sign(k - nearest), 0, slices - 1).astype(np.int32)
    if grid.missing_slices.any():
        # Missing slices stay a visible hole instead of being painted over by their neighbours.
        from_first_mm = rows_lps_mm - grid.slice_positions_lps_mm[0]
        offset_mm = (from_first_mm @ grid.normal_lps)[:, None] + columns_lps_mm @ grid.normal_lps
        gap = np.clip(np.floor(k), 0, slices - 2).astype(np.int32)
        is_hole = grid.missing_slices[gap] > 0
        reach_mm = np.where(is_hole, grid.expected_gaps_mm[gap] / 2 + 1e-6, np.inf)
        inside &= np.abs(offset_mm - grid.slice_offsets_mm[nearest]) <= reach_mm
        beyond = np.where(is_hole, nearest, beyond)
    column = np.clip(np.rint(m), 0, length - 1).astype(np.int32)
    source, neighbour = (
        np.where(inside, row * length + column, slices * length).astype(np.int32)
        for row in (nearest, beyond)
    )
    share = np.where(inside & (beyond != nearest), np.abs(k - nearest), 0).astype(np.float32)
    for table in (source, neighbour, share):
        table.flags.writeable = False
    return source, neighbour, share


def _end_points(grid: Grid, other: Axis, beyond: float = 0.0) -> Float:
    """(N, 3) first and last voxel of every slice at index 0, and of half slices beyond the ends."""
    slices, length = grid.shape_kji[0], grid.shape_kji[other]
    kji = np.zeros((2, slices + 2, 3))
    kji[..., 0] = np.concatenate([[beyond], np.arange(slices), [slices - 1 - beyond]])
    kji[1, :, other] = length - 1
    return grid.lps_mm(kji).reshape(-1, 3)
