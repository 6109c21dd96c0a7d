"""Images of one stack in order, where they are, and what their positions allow.

Pure functions on image descriptions. Slices are ordered by their positions along the slice
normal; InstanceNumber never decides where positions can.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ichviewer.dicom.image import Image
from ichviewer.imaging.grid import (
    REGULAR_TOLERANCE_MM,
    REGULAR_TOLERANCE_RELATIVE,
    TILT_TOLERANCE_DEG,
    Float,
    GeometryClass,
    Grid,
)
from ichviewer.language import tr, trn

#: Slices closer than this along the normal share one position.
SAME_POSITION_MM = 0.01
#: A stack's corners may be this far from where each file says they are.
CORNER_TOLERANCE_MM = 0.01


@dataclass(frozen=True, eq=False)
class Stack:
    """Images in order, with their grid.

    Parameters
    ----------
    images
        Along the slice normal; by InstanceNumber where there is no geometry.
    grid
        None where there is no geometry.
    geometry
        Class of the positions.
    tilt_deg
        Signed, about the patient's left-right axis; positive: the upper end of the slice
        normal leans to anterior.
    notes
        Sentences that a reader must not miss.
    conflict
        Why the positions cannot be used; empty where they can.
    """

    images: tuple[Image, ...]
    grid: Grid | None
    geometry: GeometryClass
    tilt_deg: float
    notes: tuple[str, ...]
    conflict: str = ""


def arrange(images: Sequence[Image], conflict: str = "", notes: tuple[str, ...] = ()) -> Stack:
    """One stack of images that belong together: sorted, placed, classified.

    Parameters
    ----------
    images
        Parallel images with distinct positions, or images without usable positions.
    conflict
        Why their positions cannot be used, where that is known already.
    notes
        What is known already.
    """
    problems = [problem for image in images for problem in image.placement.problems]
    problem = conflict or "; ".join(list(dict.fromkeys(problems))[:3])
    ordered = tuple(sorted(images, key=file_order) if problem else in_order(images))
    grid = None if problem else grid_of(ordered)
    if grid is not None and (grid.gaps_mm < SAME_POSITION_MM).any():
        problem = tr("several images share one position")
    if problem or grid is None:
        return Stack(ordered, None, GeometryClass.NO_GEOMETRY, 0.0, notes, problem)
    geometry = classify(grid)
    grid = replace(grid, geometry=geometry)
    tilt_deg = signed_tilt_deg(grid) if len(ordered) > 1 else 0.0
    notes = notes + tuple(_geometry_notes(ordered, grid, tilt_deg))
    return Stack(ordered, grid, geometry, tilt_deg, notes)


def classify(grid: Grid) -> GeometryClass:
    """The class of a grid's positions."""
    if grid.shape_kji[0] == 1:
        return GeometryClass.SINGLE
    if grid.missing_slices.any():
        return GeometryClass.GAPPED
    even = np.linspace(0, 1, grid.shape_kji[0])[:, None]
    first, last = grid.slice_positions_lps_mm[0], grid.slice_positions_lps_mm[-1]
    off_line = grid.slice_positions_lps_mm - (first + even * (last - first))
    gap_mm = float(np.median(grid.gaps_mm))
    allowed_mm = max(REGULAR_TOLERANCE_MM, REGULAR_TOLERANCE_RELATIVE * gap_mm)
    uneven = np.abs(grid.gaps_mm - gap_mm).max() > allowed_mm
    if uneven or np.linalg.norm(off_line, axis=1).max() > allowed_mm:
        return GeometryClass.IRREGULAR
    return GeometryClass.TILTED if grid.tilt_deg > TILT_TOLERANCE_DEG else GeometryClass.REGULAR


def signed_tilt_deg(grid: Grid) -> float:
    """Gantry tilt as a rotation about the patient's left axis, from positions alone.

    Positive: seen along the line of positions towards the head, the slice normal leans to
    anterior. A shear without a left-right axis (never seen) keeps the unsigned angle.
    """
    line, normal = grid.slice_step_lps_mm, grid.normal_lps
    if line[2] < 0:
        line, normal = -line, -normal
    if line @ normal < 0:
        normal = -normal
    about_left = float(np.cross(line, normal)[0])
    return grid.tilt_deg if about_left >= 0 else -grid.tilt_deg


def corner_error_mm(images: Sequence[Image], grid: Grid) -> float:
    """Largest distance between a corner voxel on the grid and where its own file has it."""
    _, rows, columns = grid.shape_kji
    worst = 0.0
    for k, image in enumerate(images):
        position, row_step, column_step = _own_steps(image)
        for j, i in ((0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)):
            own = position + j * row_step + i * column_step
            ours = (
                grid.slice_positions_lps_mm[k]
                + j * grid.row_step_lps_mm
                + i * grid.column_step_lps_mm
            )
            worst = max(worst, float(np.linalg.norm(own - ours)))
    return worst


def in_order(images: Sequence[Image]) -> list[Image]:
    """Images along the normal; those at one position as their files number them."""
    offsets = offsets_mm(images)
    order = sorted(range(len(images)), key=lambda at: (offsets[at], file_order(images[at])))
    return [images[at] for at in order]


def file_order(image: Image) -> tuple[float, str, int]:
    number = image.instance_number
    name = f"{image.instance.path}/{image.instance.member}"
    return (np.inf if number is None else number), name, image.instance.frame or 0


def normal_of(image: Image) -> Float:
    orientation = np.asarray(image.placement.orientation, dtype=np.float64)
    return np.asarray(np.cross(orientation[:3], orientation[3:]))


def offsets_mm(images: Sequence[Image]) -> Float:
    positions = np.array([image.placement.position_lps_mm for image in images])
    return np.asarray(positions @ normal_of(images[0]))


def _own_steps(image: Image) -> tuple[Float, Float, Float]:
    """Position, step from row to row, and from column to column, as the file says."""
    place = image.placement
    orientation = np.asarray(place.orientation, dtype=np.float64)
    spacing = np.asarray(place.spacing_mm, dtype=np.float64)
    position = np.asarray(place.position_lps_mm, dtype=np.float64)
    return position, orientation[3:] * spacing[0], orientation[:3] * spacing[1]


def grid_of(images: Sequence[Image]) -> Grid:
    steps = [_own_steps(image) for image in images]
    thicknesses = [image.thickness_mm for image in images]
    known = any(thickness is not None for thickness in thicknesses)
    return Grid(
        (len(images), images[0].layout.rows, images[0].layout.columns),
        np.array([position for position, _, _ in steps]),
        column_step_lps_mm=np.mean([column for _, _, column in steps], axis=0),
        row_step_lps_mm=np.mean([row for _, row, _ in steps], axis=0),
        slice_thicknesses_mm=np.array(thicknesses, dtype=np.float64) if known else None,
    )


def _geometry_notes(images: Sequence[Image], grid: Grid, tilt_deg: float) -> Iterable[str]:
    if grid.geometry is GeometryClass.SINGLE:
        return
    if abs(tilt_deg) > TILT_TOLERANCE_DEG:
        yield tr(
            "Gantry tilt {tilt_deg:.1f}°, measured from the slice positions.",
            tilt_deg=abs(tilt_deg),
        )
    low, high = grid.gaps_mm.min(), grid.gaps_mm.max()
    if grid.geometry is GeometryClass.GAPPED:
        yield from _gap_notes(grid)
    elif grid.geometry is GeometryClass.IRREGULAR:
        yield tr(
            "Uneven slice spacing, {low:.2f} to {high:.2f} mm: every slice keeps its position.",
            low=low,
            high=high,
        )
    error_mm = corner_error_mm(images, grid)
    if error_mm > CORNER_TOLERANCE_MM:
        yield tr(
            "Image orientations differ between slices; corners are up to {error_mm:.2f} mm off.",
            error_mm=error_mm,
        )


def _gap_notes(grid: Grid) -> Iterable[str]:
    missing = grid.missing_slices
    total = int(missing.sum())
    after = [int(k) for k in np.flatnonzero(missing)]
    where = ", ".join(
        tr("{k} and {next_k} ({gap_mm:.1f} mm)", k=k + 1, next_k=k + 2, gap_mm=grid.gaps_mm[k])
        for k in after[:4]
    )
    yield trn(
        "{n} slice seems to be missing: between slices {where}. Volumes leave the gap out.",
        "{n} slices seem to be missing: between slices {where}. Volumes leave the gap out.",
        total,
        where=where + (tr(" and elsewhere") if len(after) > 4 else ""),
    )
