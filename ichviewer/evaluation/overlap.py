"""How a marked mask lies on the true one: areas by class and slice, borders, lesions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.evaluation.surface import surface_dice
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume

Floats = NDArray[np.float64]
Labels = NDArray[np.uint8]

_CLASSES = len(PROBABILITY_COLUMNS)


@dataclass(frozen=True)
class TrueLesion:
    """One connected region of one type in the truth.

    `amount` is in mL, or in mm² for a single slice; it is found where any of its voxels is marked
    as blood of any type, and found as its type where any is marked as that.
    """

    kind: HemorrhageType
    amount: float
    is_found: bool
    is_found_as_type: bool


@dataclass(frozen=True, eq=False)
class Overlap:
    """True and marked labels of one image, compared.

    Parameters
    ----------
    area_mm2
        (K, 6, 6) area by slice, true label and marked label; label 0 is no blood.
    amount
        (6, 6) the same over the image, in mL by what each slice stands for; mm² where there is
        one slice.
    surface
        (6,) surface Dice at 2 mm of any blood and of the types; NaN where neither mask has any.
    slice_surface
        (K, 6) the same within each slice.
    lesions
        The true ones.
    false_amounts
        Amounts of marked regions of blood that touch no true blood.
    """

    area_mm2: Floats
    amount: Floats
    surface: Floats
    slice_surface: Floats
    lesions: tuple[TrueLesion, ...]
    false_amounts: tuple[float, ...]


def compare(truth: Labels, marked: Labels, volume: Volume) -> Overlap:
    """Compare two masks on the Volume's grid."""
    grid = volume.grid
    pixel_mm2 = float(np.linalg.norm(np.cross(grid.column_step_lps_mm, grid.row_step_lps_mm)))
    area_mm2 = _counts(truth, marked) * pixel_mm2
    per_mm2 = grid.slice_weights_mm / 1000.0 if len(truth) > 1 else np.ones(1)
    slice_surface = np.array(
        [
            surfaces(truth[k : k + 1], marked[k : k + 1], one_slice(grid, k))
            for k in range(len(truth))
        ]
    )
    is_single = len(truth) == 1
    lesions = tuple(
        _true_lesion(kind, region, marked, pixel_mm2 * per_mm2)
        for kind in HemorrhageType
        for region in find_regions(truth == kind, grid)
    )
    false_amounts = tuple(
        _amount(region, pixel_mm2 * per_mm2)
        for region in find_regions(marked > 0, grid)
        if not truth[region.box][region.inside].any()
    )
    return Overlap(
        area_mm2,
        np.tensordot(per_mm2, area_mm2, axes=1),
        slice_surface[0] if is_single else surfaces(truth, marked, grid),
        slice_surface,
        lesions,
        false_amounts,
    )


def totals(amount: Floats) -> tuple[Floats, Floats, Floats]:
    """(..., 6) true, marked and shared amount of any blood and of the types, from (..., 6, 6)."""
    true, marked = amount.sum(axis=-1), amount.sum(axis=-2)
    shared = np.diagonal(amount, axis1=-2, axis2=-1).copy()
    true[..., 0] = amount[..., 1:, :].sum(axis=(-2, -1))
    marked[..., 0] = amount[..., :, 1:].sum(axis=(-2, -1))
    shared[..., 0] = amount[..., 1:, 1:].sum(axis=(-2, -1))
    return true, marked, shared


def surfaces(truth: Labels, marked: Labels, grid: Grid) -> Floats:
    """(6,) surface Dice of any blood and of the types."""
    values = np.full(_CLASSES, np.nan)
    if not (truth.any() or marked.any()):
        return values
    values[0] = surface_dice(truth > 0, marked > 0, grid)
    for kind in HemorrhageType:
        values[kind] = surface_dice(truth == kind, marked == kind, grid)
    return values


def one_slice(grid: Grid, k: int) -> Grid:
    """The grid of one of the slices."""
    return Grid(
        (1, *grid.shape_kji[1:]),
        grid.slice_positions_lps_mm[k : k + 1],
        grid.column_step_lps_mm,
        grid.row_step_lps_mm,
    )


def _counts(truth: Labels, marked: Labels) -> Floats:
    """(K, 6, 6) voxels by slice, true label and marked label."""
    counts = np.empty((len(truth), _CLASSES, _CLASSES))
    for k, (true, said) in enumerate(zip(truth, marked, strict=True)):
        pairs = true.astype(np.intp) * _CLASSES + said
        counts[k] = np.bincount(pairs.ravel(), minlength=_CLASSES**2).reshape(_CLASSES, _CLASSES)
    return counts


def _true_lesion(kind: HemorrhageType, region: Region, marked: Labels, voxel: Floats) -> TrueLesion:
    said = marked[region.box][region.inside]
    return TrueLesion(kind, _amount(region, voxel), bool(said.any()), bool((said == kind).any()))


def _amount(region: Region, voxel: Floats) -> float:
    return float((region.inside.sum(axis=(1, 2)) * voxel[region.box[0]]).sum())
