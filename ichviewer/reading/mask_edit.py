"""Editing the AI's mask by strokes: which voxels they cover, and what every lesion then measures.

The AI's mask is never altered. `mark_lesions` numbers its regions once; strokes are replayed over
the numbers of their slice in the order in which they were drawn, so the same strokes give the same
voxels today and after a restart, and taking one back needs nothing but the others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.grid import Grid
from ichviewer.reading.record import Stroke

Numbers = NDArray[np.uint16]
Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MarkedLesions:
    """The lesions of one result, voxel by voxel.

    Parameters
    ----------
    result
        sha256 of the mask, see `result_of`.
    labels
        Label of the hemorrhage type by lesion number.
    planes
        By slice k, where there is any: (J, I) uint16 lesion numbers, 0 outside. Read-only.
    """

    result: str
    labels: Mapping[int, int]
    planes: Mapping[int, Numbers] = field(repr=False)

    def __post_init__(self) -> None:
        for plane in self.planes.values():
            plane.flags.writeable = False

    @cached_property
    def slices(self) -> "Mapping[int, NumberedSlice]":
        """The planes with what is counted on them."""
        return {k: numbered(plane, self.labels) for k, plane in self.planes.items()}


@dataclass(frozen=True, eq=False)
class NumberedSlice:
    """One slice with what follows from its numbers; made once, shared until it is drawn on.

    Parameters
    ----------
    numbers
        (J, I) lesion numbers. Read-only.
    labels
        (J, I) labels.
    counts
        Number of voxels by lesion number, as far as the largest one here.
    """

    numbers: Numbers
    labels: NDArray[np.uint8]
    counts: NDArray[np.intp]


def numbered(numbers: Numbers, labels: Mapping[int, int]) -> NumberedSlice:
    """A slice of these numbers, whose lesions have these labels."""
    numbers.flags.writeable = False
    return NumberedSlice(numbers, label_table(labels)[numbers], np.bincount(numbers.ravel()))


def result_of(mask: NDArray[np.uint8]) -> str:
    """sha256 of a mask with its shape, in hexadecimal."""
    digest = sha256(repr(mask.shape).encode())
    digest.update(np.ascontiguousarray(mask).data)
    return digest.hexdigest()


def covered(
    path_ji: Sequence[tuple[float, float]],
    radius_mm: float,
    shape_ji: tuple[int, int],
    spacing_ji_mm: tuple[float, float],
) -> NDArray[np.bool_]:
    """Pixels of a slice under a round tip that was drawn along a path.

    A pixel is covered where its centre lies within the radius of the path; the pixels that hold a
    point of the path are covered in any case, so that the finest tip still marks one pixel.

    Returns
    -------
    (J, I) True where covered.
    """
    spacing = np.asarray(spacing_ji_mm, dtype=np.float64)
    reach = np.ceil(radius_mm / spacing) + 1
    path = np.asarray(path_ji, dtype=np.float64)
    inside = np.zeros(shape_ji, dtype=bool)
    for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
        # Only the pixels round each piece of the path: strokes are long and thin.
        low = np.clip(np.minimum(start, end) - reach, 0, shape_ji).astype(int)
        high = np.clip(np.maximum(start, end) + reach + 1, low, shape_ji).astype(int)
        centres = np.moveaxis(np.mgrid[low[0] : high[0], low[1] : high[1]], 0, -1)
        distance_mm = _distance(centres * spacing, start * spacing, end * spacing)
        inside[low[0] : high[0], low[1] : high[1]] |= distance_mm <= radius_mm
    nearest = np.rint(path).astype(int)
    nearest = nearest[((nearest >= 0) & (nearest < shape_ji)).all(axis=1)]
    inside[nearest[:, 0], nearest[:, 1]] = True
    return inside


def draw(plane: Numbers, stroke: Stroke, labels: Mapping[int, int], grid: Grid) -> Numbers:
    """A slice's lesion numbers after one more stroke.

    The brush paints its lesion's number over whatever was there; the eraser takes away what has
    its label, whichever lesion it belonged to.
    """
    inside = covered(stroke.path_ji, stroke.radius_mm, grid.shape_kji[1:], grid.spacing_mm[1:])
    if stroke.is_eraser:
        inside &= label_table(labels)[plane] == stroke.label
    drawn = plane.copy()
    drawn[inside] = stroke.lesion
    return drawn


def label_table(labels: Mapping[int, int]) -> NDArray[np.uint8]:
    """Labels to be looked up by lesion number; 0 for none."""
    table = np.zeros(max(labels, default=0) + 1, np.uint8)
    for number, label in labels.items():
        table[number] = label
    return table


@dataclass(frozen=True, eq=False)
class EditedLesions:
    """The lesions after the reader's strokes.

    Parameters
    ----------
    marked
        As the AI gave them.
    grid
        Where the voxels are.
    strokes
        Those drawn on this result, in their order.
    labels
        Label by lesion number, with the lesions that the reader added.
    drawn
        By slice k, where strokes were drawn.
    """

    marked: MarkedLesions
    grid: Grid
    strokes: tuple[Stroke, ...]
    labels: Mapping[int, int]
    drawn: Mapping[int, NumberedSlice] = field(repr=False)

    @property
    def slices(self) -> Mapping[int, NumberedSlice]:
        """By slice k, where there is any lesion or stroke."""
        return {**self.marked.slices, **self.drawn}

    def plane(self, k: int) -> Numbers:
        """(J, I) lesion numbers of a slice."""
        held = self.slices.get(k)
        return np.zeros(self.grid.shape_kji[1:], np.uint16) if held is None else held.numbers

    @cached_property
    def mask(self) -> NDArray[np.uint8]:
        """(K, J, I) labels of all slices. Read-only."""
        mask = np.zeros(self.grid.shape_kji, np.uint8)
        for k, held in self.slices.items():
            mask[k] = held.labels
        mask.flags.writeable = False
        return mask

    @cached_property
    def volumes_ml(self) -> Mapping[int, float]:
        """Volume of every lesion in mL by its number; NaN for a single slice without thickness."""
        voxels = np.zeros((self.grid.shape_kji[0], max(self.labels, default=0) + 1))
        for k, held in self.slices.items():
            voxels[k, : len(held.counts)] = held.counts
        per_voxel_ml = self.grid.voxel_ml[:, None]
        volumes = np.where(voxels > 0, voxels * per_voxel_ml, 0.0).sum(axis=0)
        return {number: float(volumes[number]) for number in self.labels}

    def type_volumes_ml(self, without: Collection[int] = ()) -> dict[int, float]:
        """Volume of every hemorrhage type in mL by its label, without some of the lesions."""
        sums: dict[int, float] = {}
        for number, volume_ml in self.volumes_ml.items():
            if number not in without:
                sums[self.labels[number]] = sums.get(self.labels[number], 0.0) + volume_ml
        return sums

    def own(self) -> tuple[tuple[int, int], ...]:
        """Numbers and labels of the lesions that the reader added, the oldest first."""
        added = sorted(set(self.labels) - set(self.marked.labels))
        return tuple((number, self.labels[number]) for number in added)

    @property
    def next_number(self) -> int:
        """The number that a new lesion gets."""
        return max(self.labels, default=0) + 1

    @cached_property
    def touched(self) -> frozenset[int]:
        """Numbers of the lesions that have gained or lost a voxel."""
        numbers: set[int] = set()
        for k, held in self.drawn.items():
            before = self.marked.planes.get(k, np.zeros_like(held.numbers))
            is_changed = before != held.numbers
            numbers.update(np.unique(before[is_changed]).tolist())
            numbers.update(np.unique(held.numbers[is_changed]).tolist())
        return frozenset(numbers - {0})


def edit(
    marked: MarkedLesions,
    grid: Grid,
    strokes: Sequence[Stroke],
    before: EditedLesions | None = None,
) -> EditedLesions:
    """Replay strokes over the lesions of the result that they were drawn on.

    Parameters
    ----------
    marked, grid
        The result, and where its voxels are.
    strokes
        In their order; those of other results are left out.
    before
        An earlier state of the same lesions; slices whose strokes are the same are taken from it.
    """
    own = tuple(stroke for stroke in strokes if stroke.result == marked.result)
    labels = dict(marked.labels)
    for stroke in own:
        if not stroke.is_eraser:
            labels.setdefault(stroke.lesion, stroke.label)
    drawn = {}
    for k in sorted({stroke.k for stroke in own}):
        on_slice = [stroke for stroke in own if stroke.k == k]
        known = [stroke for stroke in before.strokes if stroke.k == k] if before else []
        if before and known == on_slice:
            drawn[k] = before.drawn[k]
            continue
        if before and known and on_slice[: len(known)] == known:
            plane, rest = before.drawn[k].numbers, on_slice[len(known) :]
        else:
            plane, rest = EditedLesions(marked, grid, (), labels, {}).plane(k), on_slice
        for stroke in rest:
            plane = draw(plane, stroke, labels, grid)
        drawn[k] = numbered(plane, labels)
    return EditedLesions(marked, grid, own, labels, drawn)


def _distance(points: Float, start: Float, end: Float) -> Float:
    """Distance of points (..., 2) from the straight line between two others."""
    along = end - start
    length2 = float(along @ along)
    share = (points - start) @ along / length2 if length2 else np.zeros(points.shape[:-1])
    nearest = start + np.clip(share, 0.0, 1.0)[..., None] * along
    return np.asarray(np.linalg.norm(points - nearest, axis=-1))
