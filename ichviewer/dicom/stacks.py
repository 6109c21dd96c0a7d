"""Which images belong together: keys, copies, and images that share positions.

AcquisitionNumber and times differ slice by slice in step-and-shoot heads, so they split a series
only where its positions collide.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise

import numpy as np

from ichviewer.dicom.geometry import (
    SAME_POSITION_MM,
    Stack,
    arrange,
    classify,
    file_order,
    grid_of,
    in_order,
    normal_of,
    offsets_mm,
)
from ichviewer.dicom.image import Image
from ichviewer.imaging.grid import GeometryClass
from ichviewer.language import tr, trn

#: Direction cosines that differ less belong to one stack.
SAME_ORIENTATION = 1e-3
#: Pixel spacings that differ less belong to one stack.
SAME_SPACING_MM = 1e-4
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
    note = trn(
        "{n} of {count} images is a copy of others and left out.",
        "{n} of {count} images are copies of others and left out.",
        copies,
        count=len(images),
    )
    return kept, (note,)


def _places(images: Sequence[Image]) -> list[list[Image]]:
    """Images grouped by position, in order along the normal."""
    ordered = in_order(images)
    offsets = offsets_mm(ordered)
    places = [[ordered[0]]]
    for at in range(1, len(ordered)):
        if offsets[at] - offsets[at - 1] < SAME_POSITION_MM:
            places[-1].append(ordered[at])
        else:
            places.append([ordered[at]])
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
    if len(images) < 4 or classify(grid_of(in_order(images))) in _EVEN:
        return [images]
    for distinction in _DISTINCTIONS[1:4]:
        parts = _parts(images, distinction)
        if len(parts) < 2 or any(len(part) < 2 for part in parts):
            continue
        if all(classify(grid_of(in_order(part))) in _EVEN for part in parts) and _overlap(parts):
            return parts
    return [images]


_EVEN = (GeometryClass.REGULAR, GeometryClass.TILTED)


def _overlap(parts: Sequence[Sequence[Image]]) -> bool:
    """Whether the parts' ranges of positions share more than a slice."""
    normal = normal_of(parts[0][0])
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
    ordered = sorted(images, key=file_order)
    numbers = [image.instance_number for image in ordered]
    if len(set(numbers)) != len(numbers):
        return []
    offsets = offsets_mm(ordered)
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
    same = tr(" and one SOPInstanceUID") if len(set(uids)) == 1 and uids[0] else ""
    return tr("different images claim the same position{same} ({names})", same=same, names=names)
