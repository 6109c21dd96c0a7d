"""The chain: gate, models, mask, second reader, lesions, vector; one Volume in, Findings out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.catalog import manifests_by_role
from ichviewer.analysis.classical import find_dense
from ichviewer.analysis.detect import (
    any_at_least_types,
    calibrate,
    slice_thresholds,
    study_probability,
)
from ichviewer.analysis.embed import study_embedding
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Findings,
    Gate,
    GateAnswer,
    Lesion,
    ModelInfo,
)
from ichviewer.analysis.gate import Header, check_head, check_header, join
from ichviewer.analysis.head import Head, find_head
from ichviewer.analysis.manifest import Role
from ichviewer.analysis.midline import find_midline
from ichviewer.analysis.outputs import CAM
from ichviewer.analysis.quantify import Found, find_lesions, measure
from ichviewer.analysis.reading import on_slabs, on_slices, read_all
from ichviewer.analysis.reconcile import (
    DROPPED_SMALL,
    FLAG_NOT_DETECTED,
    Detection,
    Judge,
    notes_on_disagreement,
)
from ichviewer.analysis.segment import Marked, erase, mark, on_volume
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent

#: From this share of slices with brain, the few others (the vertex) are not worth a sentence.
_MOST_SLICES = 0.85


def analyze(
    volume: Volume,
    header: Header,
    models_folder: Path,
    progress: Progress = silent,
    device: str = "auto",
) -> Findings:
    """Everything that analysis says about one Volume.

    Parameters
    ----------
    volume
        One series in HU.
    header
        What its files say, and whether reading its geometry ruled the models out.
    models_folder
        Holds one folder per model.
    progress
        Called between stages and while the models run.
    device
        As `load_model` takes it.

    Raises
    ------
    ModelError
        Where a model is missing, altered or fails. A refusal by the gate is no error but Findings
        without any probability.
    """
    seconds: dict[str, float] = {}
    with _stage(seconds, "gate", progress):
        gate = check_header(volume, header)
        if gate.answer is GateAnswer.REFUSED:
            return _refused(volume, gate, seconds)
        head = find_head(volume)
        gate = join(gate, check_head(volume, head))
        if gate.answer is GateAnswer.REFUSED:
            return _refused(volume, gate, seconds)
    brain_slices = head.brain_slices()
    manifests = manifests_by_role(models_folder)
    readings = read_all(volume, brain_slices, tuple(manifests.values()), device, progress)
    by_role = {role: readings[manifest.folder] for role, manifest in manifests.items()}
    for reading in readings.values():
        for name, spent in zip(
            ("loading", "preparation", "networks"), reading.seconds, strict=True
        ):
            seconds[name] = seconds.get(name, 0.0) + spent
    with _stage(seconds, "detection", progress):
        detector, reading = manifests[Role.DETECTION], by_role[Role.DETECTION]
        slabs = calibrate(reading.outputs[Role.DETECTION], detector.calibration)
        thresholds = np.array(detector.thresholds, np.float32)
        detection = Detection(
            slices=on_slices(any_at_least_types(slabs), reading.prepared),
            study=study_probability(slabs, detector.aggregation),
            thresholds=thresholds,
            slice_thresholds=slice_thresholds(thresholds, detector.aggregation),
        )
        cam = on_slices(reading.outputs[CAM], reading.prepared) if CAM in reading.outputs else None
    with _stage(seconds, "embedding", progress):
        reading = by_role[Role.EMBEDDING]
        any_probability = on_slabs(detection.slices[:, 0], reading.prepared)
        vector = study_embedding(reading.outputs[Role.EMBEDDING], any_probability)
    with _stage(seconds, "mask", progress):
        segmenter, reading = manifests[Role.SEGMENTATION], by_role[Role.SEGMENTATION]
        marked = mark(
            reading.prepared,
            reading.outputs[Role.SEGMENTATION],
            volume,
            segmenter.segmentation_min_probability,
        )
    with _stage(seconds, "lesions", progress):
        near_brain = on_volume(head.prepared, head.near_brain(), volume)
        judge = Judge(detection, near_brain, segmenter.lesion_min_ml)
        found, dropped = _sift(marked, volume, judge)
        lesions = _measured(found, marked, volume, head, detection)
    speakers = tuple(reading.info for reading in readings.values())
    return Findings(
        series_uid=volume.series_uid,
        gate=gate,
        slice_probability=detection.slices,
        study_probability=detection.study,
        thresholds=detection.thresholds,
        mask=marked.mask,
        lesions=lesions,
        embedding=vector,
        embedding_identity=manifests[Role.EMBEDDING].embedding_identity,
        models=speakers,
        seconds=seconds,
        notes=(
            *_verdict(lesions, detection, speakers),
            *notes_on_disagreement(lesions, detection),
            *dropped,
            *_note_on_slices(brain_slices),
            *(note for reading in readings.values() for note in reading.notes),
        ),
        cam=cam,
        slice_thresholds=detection.slice_thresholds,
    )


def _sift(
    marked: Marked, volume: Volume, judge: Judge
) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The regions that are lesions, and notes on the others, which leave the mask."""
    kept, dropped_ml = [], dict[str, float]()
    for found in find_lesions(marked, volume):
        reason = judge.why_dropped(found, marked, volume)
        if reason:
            dropped_ml[reason] = dropped_ml.get(reason, 0.0) + found.volume_ml
            erase(marked, found.region)
        else:
            kept.append(found)
    dropped_ml.pop(DROPPED_SMALL, None)
    return tuple(kept), tuple(f"{ml:.1f} mL {reason}." for reason, ml in dropped_ml.items())


def _measured(
    found: tuple[Found, ...],
    marked: Marked,
    volume: Volume,
    head: Head,
    detection: Detection,
) -> tuple[Lesion, ...]:
    if not found:
        return ()
    midline = find_midline(volume, head)
    dense = on_volume(head.prepared, find_dense(head), volume)
    lesions = []
    for number, one in enumerate(found, start=1):
        lesion = measure(one, marked, volume, midline, dense, number=number)
        if not detection.shows(one):
            lesion = replace(lesion, flags=(*lesion.flags, FLAG_NOT_DETECTED))
        lesions.append(lesion)
    return tuple(lesions)


def _verdict(
    lesions: tuple[Lesion, ...], detection: Detection, models: tuple[ModelInfo, ...]
) -> tuple[str, ...]:
    if lesions or any(detection.finds(column) for column in range(len(PROBABILITY_COLUMNS))):
        return ()
    names = " and ".join(f"{model.name} {model.version}" for model in models)
    return (f"No finding by model {names}; not a clearance.",)


def _note_on_slices(brain_slices: NDArray[np.bool_]) -> tuple[str, ...]:
    if brain_slices.mean() >= _MOST_SLICES:
        return ()
    first, last = np.flatnonzero(brain_slices)[[0, -1]] + 1
    return (f"Brain is seen on slices {first} to {last} only; the models read those.",)


def _refused(volume: Volume, gate: Gate, seconds: dict[str, float]) -> Findings:
    columns = len(PROBABILITY_COLUMNS)
    return Findings(
        series_uid=volume.series_uid,
        gate=gate,
        slice_probability=np.full((volume.shape_kji[0], columns), np.nan, np.float32),
        study_probability=np.full(columns, np.nan, np.float32),
        thresholds=np.full(columns, np.nan, np.float32),
        mask=np.zeros(volume.shape_kji, np.uint8),
        lesions=(),
        embedding=np.zeros(0, np.float32),
        embedding_identity="",
        models=(),
        seconds=seconds,
        notes=("The models did not read this series.",),
    )


@contextmanager
def _stage(seconds: dict[str, float], name: str, progress: Progress) -> Iterator[None]:
    """Note a stage's wall time; the user may cancel before it."""
    progress(0, 0, f"Analysis: {name}")
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start
