"""What the models see in a head: probabilities of its slices, marked voxels, lesions, vector.

The part of the chain between the gate and the measuring of lesions. `analyze` calls it for one
study; an evaluation calls it for many, and does not need lesions measured.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.cam import EvidenceMaps
from ichviewer.analysis.detect import any_at_least_types, said_of_slabs
from ichviewer.analysis.detection import Detection, detection_of
from ichviewer.analysis.embed import study_embedding
from ichviewer.analysis.findings import Answer, OperatingPoint
from ichviewer.analysis.gate_head import has_contrast
from ichviewer.analysis.head import Head
from ichviewer.analysis.lesion_probability import RegionTerms
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.operating import answers, choose, without_present
from ichviewer.analysis.outputs import CAM
from ichviewer.analysis.quantify import Found
from ichviewer.analysis.reading import ModelSet, Reading, on_slabs, on_slices, read
from ichviewer.analysis.reconcile import Judge, sift
from ichviewer.analysis.segment import Marked, mark, on_volume
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later
from ichviewer.progress import Progress


@dataclass(frozen=True, eq=False)
class Seen:
    """What the models see.

    Parameters
    ----------
    detection
        Calibrated probabilities with their operating point.
    uncalibrated
        (K, 6) the detector's own outputs.
    marked
        The mask, without what is no lesion.
    lesions
        Its regions, largest first, not measured yet.
    cam
        Evidence maps, or None.
    embedding
        Study vector.
    models
        Who spoke.
    notes
        Sentences on what was marked and is not shown, and on how the models ran.
    operating_point
        Which one the thresholds are of.
    lesions_shown_from
        As in `Findings`.
    answers
        Present, absent or uncertain, by column.
    """

    detection: Detection
    uncalibrated: NDArray[np.float32]
    marked: Marked
    lesions: tuple[Found, ...]
    cam: EvidenceMaps | None
    embedding: NDArray[np.float32]
    models: tuple[ModelInfo, ...]
    notes: tuple[str, ...]
    operating_point: OperatingPoint
    lesions_shown_from: float
    answers: tuple[Answer, ...]


def look(
    volume: Volume,
    head: Head,
    models: ModelSet,
    progress: Progress,
    seconds: dict[str, float],
    *,
    point: OperatingPoint = OperatingPoint.BALANCED,
) -> Seen:
    """Run the models and bring what they say back to the Volume's own slices and voxels.

    Parameters
    ----------
    volume, head
        A series, and its slabs as `find_head` gives them. The slices with brain are read; all of
        them where no brain was found, which the gate lets nobody but an evaluation ask for.
    models
        Loaded.
    progress
        Called between stages and while the models run.
    seconds
        Wall time by stage is added here.
    point
        The operating point; where a model has none of that name, a note says so.
    """
    detector, segmenter = models.by_role[Role.DETECTION], models.by_role[Role.SEGMENTATION]
    brain_slices = head.brain_slices()
    wanted = brain_slices if brain_slices.any() else np.ones_like(brain_slices)
    bright = has_contrast(head)  # vessels in sulci look like blood there
    readings = {
        folder: read(volume, wanted, model, progress, has_contrast=bright)
        for folder, model in models.models.items()
    }
    by_role = {role: readings[manifest.folder] for role, manifest in models.by_role.items()}
    for reading in readings.values():
        for name, spent in zip(("preparation", "networks"), reading.seconds, strict=True):
            seconds[name] = seconds.get(name, 0.0) + spent
    with stage(seconds, tr_later("detection"), progress):
        reading = by_role[Role.DETECTION]
        raw, terms = said_of_slabs(reading.outputs, detector, has_contrast=bright)
        used, held_to, note = choose(terms.operating_points, point, detector.title)
        detection = detection_of(raw, reading.prepared, terms, held_to)
        uncalibrated = on_slices(raw, reading.prepared)
        cam = _evidence(reading, volume) if CAM in reading.outputs else None
        said = answers(detection.study, detection.thresholds, terms.conformal)
        if bright:
            said = without_present(said)
    with stage(seconds, tr_later("embedding"), progress):
        weights = _any_alone(reading, detector)
        reading = by_role[Role.EMBEDDING]
        any_probability = on_slabs(weights, reading.prepared)
        vector = study_embedding(reading.outputs[Role.EMBEDDING], any_probability)
    with stage(seconds, tr_later("mask"), progress):
        reading = by_role[Role.SEGMENTATION]
        points = segmenter.terms.operating_points
        _, marked_from, mask_note = choose(points, point, segmenter.title)
        marked = mark(
            reading.prepared,
            reading.outputs[Role.SEGMENTATION],
            volume,
            marked_from.mask_probability,
        )
    with stage(seconds, tr_later("lesions"), progress):
        judge = judge_of(
            detection,
            head,
            volume,
            has_contrast=bright,
            least_ml=marked_from.lesion_min_ml,
            regions=detector.regions if detector.folder == segmenter.folder else None,
            point=used,
        )
        found, dropped = sift(marked, volume, judge)
    return Seen(
        detection=detection,
        uncalibrated=uncalibrated,
        marked=marked,
        lesions=found,
        cam=cam,
        embedding=vector,
        models=tuple(reading.info for reading in readings.values()),
        notes=(
            *dropped,
            *dict.fromkeys(filter(None, (note, mask_note))),
            *(note for reading in readings.values() for note in reading.notes),
        ),
        operating_point=used,
        lesions_shown_from=judge.least_probability,
        answers=said,
    )


def judge_of(
    detection: Detection,
    head: Head,
    volume: Volume,
    *,
    has_contrast: bool,
    least_ml: float,
    regions: RegionTerms | None,
    point: OperatingPoint,
) -> Judge:
    """What decides which marked regions of a volume are shown; the last four as in `Judge`.

    Where no brain was found, nothing is away from it.
    """
    near = head.near_brain() if head.brain_slices().any() else np.ones_like(head.brain)
    near_brain = on_volume(head.prepared, near, volume)
    return Judge(detection, near_brain, least_ml, has_contrast, regions, point)


@contextmanager
def stage(seconds: dict[str, float], name: str, progress: Progress) -> Iterator[None]:
    """Note a stage's wall time; the user may cancel before it."""
    progress(0, 0, tr("Analysis: {stage}", stage=tr(name)))
    start = time.perf_counter()
    yield
    seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start


def _any_alone(reading: Reading, detector: Manifest) -> NDArray[np.float32]:
    """(K,) probability of any hemorrhage without the rest of the scan.

    It weighs the slabs' vectors, so those of a library stay comparable whatever hears the scan.
    """
    slabs = calibrate(reading.outputs[Role.DETECTION], detector.terms.calibration)
    return on_slices(any_at_least_types(slabs), reading.prepared)[:, 0]


def _evidence(reading: Reading, volume: Volume) -> EvidenceMaps:
    grid = reading.prepared.grid
    return EvidenceMaps(
        maps=np.clip(reading.outputs[CAM], 0.0, 1.0).astype(np.float16),
        slab_of_k=reading.prepared.slab_of_k.copy(),
        shape_ji=volume.shape_kji[1:],
        first_ji=grid.first_ji,
        step_ji=grid.step_ji,
        size_px=grid.size_px,
    )
