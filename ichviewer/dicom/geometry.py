"""Which images belong together, in which order, and what their positions allow.

Pure functions on image descriptions. Slices are ordered by their positions along the slice
normal; InstanceNumber and AcquisitionNumber never decide where positions can.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

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

#: Slices closer than this along the normal share one position.
SAME_POSITION_MM = 0.01
#: Direction cosines that differ less belong to one stack.
SAME_ORIENTATION = 1e-3
#: Pixel spacings that differ less belong to one stack.
SAME_SPACING_MM = 1e-4
#: A stack's corners may be this far from where each file says they are.
CORNER_TOLERANCE_MM = 0.01

#: What tells two reconstructions at the same positions apart, in the order that is tried.
_DISTINCTIONS: tuple[Callable[[Image], Hashable], ...] = (
    lambda image: image.acquisition_number,
    lambda image: image.diameter_mm,
    lambda image: image.thickness_mm,
    lambda image: image.kvp,
    lambda image: image.acquisition_time,
)

#: Says whether two images have the same stored pixels.
Fingerprint = Callable[[Image], bytes]


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


def split_stacks(images: Iterable[Image], fingerprint: Fingerprint) -> list[Stack]:
    """All stacks of any set of images.

    Parameters
    ----------
    images
        Of one or many series, in any order.
    fingerprint
        Digest of an image's stored pixels; asked only for images at the same position.
    """
    groups: defaultdict[Hashable, list[Image]] = defaultdict(list)
    for image in images:
        groups[_series_key(image)].append(image)
    stacks = []
    for group in groups.values():
        for cluster in _clusters(group):
            stacks.extend(_resolve(cluster, fingerprint))
    return stacks


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
    first = images[0]
    problem = conflict or "; ".join(dict.fromkeys(first.placement.problems))
    if problem:
        ordered = tuple(sorted(images, key=_file_order))
        return Stack(ordered, None, GeometryClass.NO_GEOMETRY, 0.0, notes, problem)
    offsets = _offsets_mm(images)
    order = sorted(range(len(images)), key=lambda at: (offsets[at], _file_order(images[at])))
    ordered = tuple(images[at] for at in order)
    grid = _grid(ordered)
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


def _series_key(image: Image) -> Hashable:
    """What images of one stack have in common besides their orientation and spacing."""
    folder = image.instance.path.parent if not image.series_uid else ""
    return (
        image.patient.study_uid, image.patient.patient_id, image.series_uid, folder,
        image.sop_class, image.layout.rows, image.layout.columns, image.layout.samples,
        image.image_type[:3], image.is_localizer, image.kernel, bool(image.contrast),
        image.frame_of_reference_uid, image.stack, image.modality,
    )  # fmt: skip


def _clusters(images: Sequence[Image]) -> list[list[Image]]:
    """Split by orientation and pixel spacing; images without them come last, together."""
    clusters: list[list[Image]] = []
    unplaced = []
    for image in images:
        place = image.placement
        if place.problems:
            unplaced.append(image)
            continue
        for cluster in clusters:
            if _alike(place.orientation, cluster[0].placement.orientation, SAME_ORIENTATION) and (
                _alike(place.spacing_mm, cluster[0].placement.spacing_mm, SAME_SPACING_MM)
            ):
                cluster.append(image)
                break
        else:
            clusters.append([image])
    return [*clusters, unplaced] if unplaced else clusters


def _alike(
    one: tuple[float, ...] | None, other: tuple[float, ...] | None, tolerance: float
) -> bool:
    if one is None or other is None:
        return one is other
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def _resolve(images: list[Image], fingerprint: Fingerprint) -> list[Stack]:
    """Drop copies, separate what shares positions, and arrange the rest."""
    if images[0].placement.problems:
        return [arrange(images)]
    kept, notes = _without_copies(images, fingerprint)
    if not _collide(kept):
        parts = _interleaved(kept)
        return [arrange(part, notes=notes) for part in parts]
    for distinction in _DISTINCTIONS:
        parts = _parts(kept, distinction)
        if 1 < len(parts) <= 2 * _most_at_one_place(kept) and not any(map(_collide, parts)):
            return [arrange(part, notes=notes) for part in parts]
    passes = _passes(kept)
    if passes:
        return [arrange(part, notes=notes) for part in passes]
    return [arrange(kept, conflict=_conflict(kept), notes=notes)]


def _without_copies(
    images: list[Image], fingerprint: Fingerprint
) -> tuple[list[Image], tuple[str, ...]]:
    """Images without those that repeat another's position, origin and stored pixels."""
    kept: list[Image] = []
    for place in _places(images):
        seen: set[Hashable] = set()
        for image in place:
            same: Hashable = tuple(distinction(image) for distinction in _DISTINCTIONS)
            if len(place) > 1:
                same = (same, image.rescale, fingerprint(image))
            if same not in seen:
                seen.add(same)
                kept.append(image)
    copies = len(images) - len(kept)
    if not copies:
        return kept, ()
    verb = "is a copy" if copies == 1 else "are copies"
    return kept, (f"{copies} of {len(images)} images {verb} of others and left out.",)


def _places(images: Sequence[Image]) -> list[list[Image]]:
    """Images grouped by position, in order along the normal."""
    offsets = _offsets_mm(images)
    order = sorted(range(len(images)), key=lambda at: (offsets[at], _file_order(images[at])))
    places: list[list[Image]] = []
    last = -np.inf
    for at in order:
        if places and offsets[at] - last < SAME_POSITION_MM:
            places[-1].append(images[at])
        else:
            places.append([images[at]])
        last = offsets[at]
    return places


def _collide(images: Sequence[Image]) -> bool:
    return _most_at_one_place(images) > 1


def _most_at_one_place(images: Sequence[Image]) -> int:
    return max(len(place) for place in _places(images))


def _parts(images: Sequence[Image], distinction: Callable[[Image], Hashable]) -> list[list[Image]]:
    parts: defaultdict[Hashable, list[Image]] = defaultdict(list)
    for image in images:
        parts[distinction(image)].append(image)
    return list(parts.values())


def _interleaved(images: list[Image]) -> list[list[Image]]:
    """Two reconstructions that lie in each other's gaps without sharing a position.

    They are told apart by thickness or diameter, and only where that turns an uneven stack into
    even ones; a head scanned in 4 mm below and 7 mm above stays whole.
    """
    if len(images) < 4 or classify(_grid(_sorted(images))) in _EVEN:
        return [images]
    for distinction in _DISTINCTIONS[1:4]:
        parts = _parts(images, distinction)
        if len(parts) < 2 or any(len(part) < 2 for part in parts):
            continue
        if all(classify(_grid(_sorted(part))) in _EVEN for part in parts) and _overlap(parts):
            return parts
    return [images]


_EVEN = (GeometryClass.REGULAR, GeometryClass.TILTED)


def _overlap(parts: Sequence[Sequence[Image]]) -> bool:
    """Whether the parts' ranges of positions share more than a slice."""
    normal = _normal(parts[0][0])
    ranges = []
    for part in parts:
        offsets = sorted(
            float(np.asarray(image.placement.position_lps_mm) @ normal) for image in part
        )
        ranges.append((offsets[0], offsets[-1], offsets[-1] - offsets[-2]))
    ranges.sort()
    return any(
        high - following[0] > max(gap, following[2])
        for (_, high, gap), following in pairwise(ranges)
    )


def _passes(images: Sequence[Image]) -> list[list[Image]]:
    """Repeated passes over the same positions, told apart by runs of InstanceNumber.

    Each run must be monotonic along the normal and share no position with itself.
    """
    if any(image.instance_number is None for image in images):
        return []
    ordered = sorted(images, key=_file_order)
    numbers = [image.instance_number for image in ordered]
    if len(set(numbers)) != len(numbers):
        return []
    offsets = _offsets_mm(ordered)
    runs: list[list[int]] = [[0]]
    direction = 0.0
    for at in range(1, len(ordered)):
        step = offsets[at] - offsets[at - 1]
        if abs(step) < SAME_POSITION_MM or (direction and step * direction < 0):
            runs.append([at])
            direction = 0.0
        else:
            runs[-1].append(at)
            direction = step
    most = _most_at_one_place(images)
    if len(runs) != most or any(len(run) < 2 for run in runs):
        return []
    return [[ordered[at] for at in run] for run in runs]


def _conflict(images: Sequence[Image]) -> str:
    crowded = next(place for place in _places(images) if len(place) > 1)
    names = ", ".join(image.instance.name for image in crowded[:3])
    uids = [image.instance.sop_instance_uid for image in crowded]
    same = " and one SOPInstanceUID" if len(set(uids)) == 1 and uids[0] else ""
    return f"different images claim the same position{same} ({names})"


def _sorted(images: Sequence[Image]) -> list[Image]:
    offsets = _offsets_mm(images)
    return [images[at] for at in np.argsort(offsets, kind="stable")]


def _file_order(image: Image) -> tuple[float, str, int]:
    number = image.instance_number
    name = f"{image.instance.path}/{image.instance.member}"
    return (np.inf if number is None else number), name, image.instance.frame or 0


def _normal(image: Image) -> Float:
    orientation = np.asarray(image.placement.orientation, dtype=np.float64)
    return np.asarray(np.cross(orientation[:3], orientation[3:]))


def _offsets_mm(images: Sequence[Image]) -> Float:
    positions = np.array([image.placement.position_lps_mm for image in images])
    return np.asarray(positions @ _normal(images[0]))


def _own_steps(image: Image) -> tuple[Float, Float, Float]:
    """Position, step from row to row, and from column to column, as the file says."""
    place = image.placement
    orientation = np.asarray(place.orientation, dtype=np.float64)
    spacing = np.asarray(place.spacing_mm, dtype=np.float64)
    position = np.asarray(place.position_lps_mm, dtype=np.float64)
    return position, orientation[3:] * spacing[0], orientation[:3] * spacing[1]


def _grid(images: Sequence[Image]) -> Grid:
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
        yield f"Gantry tilt {abs(tilt_deg):.1f}°, measured from the slice positions."
    low, high = grid.gaps_mm.min(), grid.gaps_mm.max()
    if grid.geometry is GeometryClass.GAPPED:
        yield from _gap_notes(grid)
    elif grid.geometry is GeometryClass.IRREGULAR:
        yield f"Uneven slice spacing, {low:.2f} to {high:.2f} mm: every slice keeps its position."
    error_mm = corner_error_mm(images, grid)
    if error_mm > CORNER_TOLERANCE_MM:
        yield f"Image orientations differ between slices; corners are up to {error_mm:.2f} mm off."


def _gap_notes(grid: Grid) -> Iterable[str]:
    missing = grid.missing_slices
    total = int(missing.sum())
    after = [int(k) for k in np.flatnonzero(missing)]
    where = ", ".join(f"{k + 1} and {k + 2} ({grid.gaps_mm[k]:.1f} mm)" for k in after[:4])
    more = " and elsewhere" if len(after) > 4 else ""
    slices = "1 slice seems" if total == 1 else f"{total} slices seem"
    yield f"{slices} to be missing: between slices {where}{more}. Volumes leave the gap out."
