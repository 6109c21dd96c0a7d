"""What the models say about one image, beside what is true."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import Answer, Gate, GateAnswer, OperatingPoint
from ichviewer.analysis.gate import check_header, check_vector, join
from ichviewer.analysis.gate_head import check_head
from ichviewer.analysis.head import find_head
from ichviewer.analysis.look import Seen, look, stage
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.reading import ModelSet
from ichviewer.evaluation.images import Image
from ichviewer.evaluation.lesion_probability import ShownLesion, shown_lesions
from ichviewer.evaluation.overlap import Overlap, compare
from ichviewer.evaluation.table import Row
from ichviewer.language import tr
from ichviewer.progress import Progress

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers for n images or n slices; columns as `PROBABILITY_COLUMNS`.

    Parameters
    ----------
    labels
        (n, 6) 1, 0, or NaN where unknown.
    probability
        (n, 6) calibrated.
    uncalibrated
        (n, 6) the network's own; for a whole scan the highest of its slices.
    thresholds
        (n, 6) of the operating point.
    said
        (n, 6) the model's word (`Answer`) on a scan, which may be "uncertain"; on a slice, whether
        its threshold is reached: abstention is calibrated for scans.
    """

    labels: Floats
    probability: Floats
    uncalibrated: Floats
    thresholds: Floats
    said: NDArray[np.object_]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(n, 6) whether the operating point is reached."""
        return self.probability >= self.thresholds


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row read.

    Parameters
    ----------
    row, is_single
        Which, and whether it is a slice without neighbours.
    gate
        The gate's answer; a refusal is counted, not obeyed.
    whole
        Answers for the image, n = 1.
    slices
        Answers for each slice, or None where their truth is not known.
    overlap
        Against the true mask, or None without one.
    lesions
        Those shown, beside the true mask; none without one.
    true_amount, marked_amount
        Blood in mL, mm² where there is one slice; the true one NaN without a mask.
    seconds
        Wall time by stage.
    notes
        Sentences that a reader must not miss.
    """

    row: Row
    is_single: bool
    gate: Gate
    whole: Answers
    slices: Answers | None
    overlap: Overlap | None
    lesions: tuple[ShownLesion, ...]
    true_amount: float
    marked_amount: float
    seconds: dict[str, float]
    notes: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether the program would not have let the models read it."""
        return self.gate.answer is GateAnswer.REFUSED


def read_image(
    row: Row, image: Image, models: ModelSet, progress: Progress, point: OperatingPoint
) -> tuple[Outcome, Seen]:
    """Let the models read an image, whatever the gate says, and compare."""
    seconds: dict[str, float] = {}
    with stage(seconds, "gate", progress):
        head = find_head(image.volume)
        gate = join(check_header(image.volume, image.header), check_head(image.volume, head))
    seen = look(image.volume, head, models, progress, seconds, point=point)
    gate = join(gate, check_vector(seen.embedding, models.by_role[Role.EMBEDDING].familiarity))
    overlap, lesions = None, tuple[ShownLesion, ...]()
    with stage(seconds, "comparison", progress):
        if image.truth is not None:
            overlap = compare(image.truth, seen.marked.mask, image.volume)
            lesions = tuple(shown_lesions(seen.lesions, image.truth))
    outcome = Outcome(
        row=row,
        is_single=image.is_single,
        gate=gate,
        whole=_whole(image, seen),
        slices=None if image.slice_labels is None else _slices(image.slice_labels, seen),
        overlap=overlap,
        lesions=lesions,
        true_amount=float("nan") if overlap is None else float(overlap.amount[1:].sum()),
        marked_amount=_marked_amount(image, seen),
        seconds=seconds,
        notes=(*_own_notes(image, gate, models), *seen.notes, *image.notes),
    )
    return outcome, seen


def _whole(image: Image, seen: Seen) -> Answers:
    if image.is_single:
        return _slices(image.labels[None], seen)
    detection = seen.detection
    return Answers(
        image.labels[None],
        detection.study.astype(np.float64)[None],
        seen.uncalibrated.max(axis=0).astype(np.float64)[None],
        detection.thresholds.astype(np.float64)[None],
        np.array([seen.answers], dtype=object),
    )


def _slices(labels: Floats, seen: Seen) -> Answers:
    probability = seen.detection.slices.astype(np.float64)
    thresholds = np.broadcast_to(seen.detection.slice_thresholds, probability.shape)
    found = np.where(probability >= thresholds, Answer.PRESENT, Answer.ABSENT)
    return Answers(
        labels,
        probability,
        seen.uncalibrated.astype(np.float64),
        thresholds.astype(np.float64),
        found.astype(object),
    )


def _marked_amount(image: Image, seen: Seen) -> float:
    pixels = (seen.marked.mask > 0).sum(axis=(1, 2))
    grid = image.volume.grid
    if image.is_single:
        return float(pixels[0] * np.prod(grid.spacing_mm[1:]))
    return float((pixels * grid.voxel_ml).sum())


def _own_notes(image: Image, gate: Gate, models: ModelSet) -> Iterator[str]:
    if gate.answer is GateAnswer.REFUSED:
        yield tr("The gate refuses this image; it was read all the same, to be counted.")
    if image.is_single:
        detector = models.by_role[Role.DETECTION]
        how = (
            tr("repeated in place of its neighbours") if _sees_neighbours(detector) else tr("alone")
        )
        yield tr("A single slice: the networks see it {how}.", how=how)


def _sees_neighbours(manifest: Manifest) -> bool:
    return any(channel.offset_slices for channel in manifest.input.channels)
