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

from ichviewer.analysis.detect import (
    any_at_least_types,
    calibrate,
    slice_thresholds,
    study_probability,
)
from ichviewer.analysis.embed import study_embedding
from ichviewer.analysis.findings import ModelInfo
from ichviewer.analysis.head import Head
from ichviewer.analysis.manifest import Role
from ichviewer.analysis.outputs import CAM
from ichviewer.analysis.quantify import Found, find_lesions
from ichviewer.analysis.reading import ModelSet, on_slabs, on_slices, read
from ichviewer.analysis.reconcile import DROPPED_SMALL, Detection, Judge
from ichviewer.analysis.segment import Marked, erase, mark, on_volume
from ichviewer.imaging.volume import Volume
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
        (K, 6, h, w) evidence maps, or None.
    embedding
        Study vector.
    models
        Who spoke.
    notes
        Sentences on what was marked and is not shown, and on how the models ran.
    """

    detection: Detection
    uncalibrated: NDArray[np.float32]
    marked: Marked
    lesions: tuple[Found, ...]
    cam: NDArray[np.float32] | None
    embedding: NDArray[np.float32]
    models: tuple[ModelInfo, ...]
    notes: tuple[str, ...]


def look(
    volume: Volume, head: Head, models: ModelSet, progress: Progress, seconds: dict[str, float]
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
    """
    brain_slices = head.brain_slices()
    has_brain = bool(brain_slices.any())
    wanted = brain_slices if has_brain else np.ones_like(brain_slices)
    readings = {f: read(volume, wanted, model, progress) for f, model in models.models.items()}
    by_role = {role: readings[manifest.folder] for role, manifest in models.by_role.items()}
    for reading in readings.values():
        for name, spent in zip(("preparation", "networks"), reading.seconds, strict=True):
            seconds[name] = seconds.get(name, 0.0) + spent
    with stage(seconds, "detection", progress):
        detector, reading = models.by_role[Role.DETECTION], by_role[Role.DETECTION]
        raw = reading.outputs[Role.DETECTION]
        slabs = calibrate(raw, detector.calibration)
        thresholds = np.array(detector.thresholds, np.float32)
        detection = Detection(
            slices=on_slices(any_at_least_types(slabs), reading.prepared),
            study=study_probability(slabs, detector.aggregation),
            thresholds=thresholds,
            slice_thresholds=slice_thresholds(thresholds, detector.aggregation),
        )
        uncalibrated = on_slices(raw, reading.prepared)
        cam = on_slices(reading.outputs[CAM], reading.prepared) if CAM in reading.outputs else None
    with stage(seconds, "embedding", progress):
        reading = by_role[Role.EMBEDDING]
        any_probability = on_slabs(detection.slices[:, 0], reading.prepared)
        vector = study_embedding(reading.outputs[Role.EMBEDDING], any_probability)
    with stage(seconds, "mask", progress):
        segmenter, reading = models.by_role[Role.SEGMENTATION], by_role[Role.SEGMENTATION]
        marked = mark(
            reading.prepared,
            reading.outputs[Role.SEGMENTATION],
            volume,
            segmenter.segmentation_min_probability,
        )
    with stage(seconds, "lesions", progress):
        near = head.near_brain() if has_brain else np.ones_like(head.brain)
        near_brain = on_volume(head.prepared, near, volume)
        judge = Judge(detection, near_brain, segmenter.lesion_min_ml)
        found, dropped = _sift(marked, volume, judge)
    return Seen(
        detection=detection,
        uncalibrated=uncalibrated,
        marked=marked,
        lesions=found,
        cam=cam,
        embedding=vector,
        models=tuple(reading.info for reading in readings.values()),
        notes=(*dropped, *(note for reading in readings.values() for note in reading.notes)),
    )


@contextmanager
def stage(seconds: dict[str, float], name: str, progress: Progress) -> Iterator[None]:
    """Note a stage's wall time; the user may cancel before it."""
    progress(0, 0, f"Analysis: {name}")
    start = time.perf_counter()
    yield
    seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start


def _sift(
    marked: Marked, volume: Volume, judge: Judge
) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The regions that are lesions, and notes on the others, which leave the mask."""
    kept, dropped = [], dict[str, float]()
    _, row_mm, column_mm = volume.spacing_mm
    is_single = volume.shape_kji[0] == 1
    for found in find_lesions(marked, volume):
        reason = judge.why_dropped(found, marked, volume)
        if reason:
            area_mm2 = float(found.region.inside.sum()) * row_mm * column_mm
            amount = area_mm2 if is_single else found.volume_ml
            dropped[reason] = dropped.get(reason, 0.0) + amount
            erase(marked, found.region)
        else:
            kept.append(found)
    dropped.pop(DROPPED_SMALL, None)
    unit, digits = ("mm²", 0) if is_single else ("mL", 1)
    notes = (f"{amount:.{digits}f} {unit} {reason}." for reason, amount in dropped.items())
    return tuple(kept), tuple(notes)
