"""The chain: gate, models, mask, second reader, lesions, vector; one Volume in, Findings out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.catalog import manifests_by_role
from ichviewer.analysis.classical import find_dense
from ichviewer.analysis.detect import any_at_least_types, calibrate, study_probability
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
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.midline import find_midline
from ichviewer.analysis.model import DeviceFailed, load_model
from ichviewer.analysis.prepare import Prepared, prepare
from ichviewer.analysis.quantify import find_lesions, is_smaller, measure
from ichviewer.analysis.reconcile import (
    FLAG_NOT_DETECTED,
    is_detected,
    is_sure,
    notes_on_disagreement,
)
from ichviewer.analysis.segment import Marked, erase, mark, on_volume
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent

Floats = NDArray[np.float32]


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
    manifests = manifests_by_role(models_folder)
    reads = _read_all(volume, manifests, progress, device, seconds)
    detection, segmentation, embedding = (reads[manifests[role].folder] for role in Role)
    with _stage(seconds, "detection", progress):
        detector = manifests[Role.DETECTION]
        slabs = calibrate(detection.outputs[Role.DETECTION], detector.calibration)
        slices = any_at_least_types(slabs[detection.prepared.slab_of_k])
        study = study_probability(slabs, detector.aggregation)
        thresholds = np.array(detector.thresholds, np.float32)
        vector = study_embedding(
            embedding.outputs[Role.EMBEDDING],
            _on_slabs(slices[:, 0], embedding.prepared.slab_of_k),
        )
    with _stage(seconds, "mask", progress):
        segmenter = manifests[Role.SEGMENTATION]
        marked = mark(
            segmentation.prepared,
            segmentation.outputs[Role.SEGMENTATION],
            volume,
            segmenter.segmentation_min_probability,
        )
    with _stage(seconds, "lesions", progress):
        lesions, dropped = _lesions(
            volume,
            head,
            marked,
            segmenter,
            slice_probability=slices,
            thresholds=thresholds,
        )
    speakers = tuple(dict.fromkeys(read.info for read in reads.values()))
    return Findings(
        series_uid=volume.series_uid,
        gate=gate,
        slice_probability=slices,
        study_probability=study,
        thresholds=thresholds,
        mask=marked.mask,
        lesions=lesions,
        embedding=vector,
        embedding_identity=manifests[Role.EMBEDDING].embedding_identity,
        models=speakers,
        seconds=seconds,
        notes=(
            *_verdict(study, thresholds, lesions, speakers),
            *notes_on_disagreement(lesions, slices, study, thresholds),
            *dropped,
            *(note for read in reads.values() for note in read.notes),
        ),
        cam=_cam(detection),
    )


@dataclass(frozen=True, eq=False)
class _Read:
    """What one model said: its outputs by slab, and the way back to the Volume."""

    prepared: Prepared
    outputs: dict[str, Floats]
    info: ModelInfo
    notes: tuple[str, ...] = ()


def _read_all(
    volume: Volume,
    manifests: dict[Role, Manifest],
    progress: Progress,
    device: str,
    seconds: dict[str, float],
) -> dict[Path, _Read]:
    """Run every model once, however many roles it fills."""
    reads: dict[Path, _Read] = {}
    for manifest in manifests.values():
        if manifest.folder in reads:
            continue
        with _stage(seconds, "loading", progress):
            model = load_model(manifest.folder, device)
        with _stage(seconds, "preparation", progress):
            prepared = prepare(volume, manifest.input)
        notes: tuple[str, ...] = ()
        with _stage(seconds, "networks", progress):
            try:
                outputs = model.run(prepared.image, progress)
            except DeviceFailed as error:
                notes = (f"{error} It was run again on the CPU.",)
                model = load_model(manifest.folder, "cpu")
                outputs = model.run(prepared.image, progress)
        reads[manifest.folder] = _Read(prepared, outputs, model.info, notes)
    return reads


def _lesions(
    volume: Volume,
    head: Head,
    marked: Marked,
    segmenter: Manifest,
    *,
    slice_probability: Floats,
    thresholds: Floats,
) -> tuple[tuple[Lesion, ...], tuple[str, ...]]:
    """Measured lesions, and a note on what was dropped; dropped regions leave the mask."""
    kept, dropped_ml, dropped = [], 0.0, 0
    for found in find_lesions(marked, volume):
        is_small = is_smaller(found, volume, segmenter.lesion_min_ml)
        detected = is_detected(found, slice_probability, thresholds)
        if is_small or not (detected or is_sure(found, marked)):
            erase(marked, found.region)
            dropped += not is_small
            dropped_ml += 0.0 if is_small else found.volume_ml
        else:
            kept.append((found, detected))
    notes: tuple[str, ...] = ()
    if dropped:
        notes = (
            f"{dropped} marked region{'s' if dropped > 1 else ''} of {dropped_ml:.1f} mL together "
            "had no support by the slice detector and are not shown.",
        )
    if not kept:
        return (), notes
    midline = find_midline(volume, head)
    dense = on_volume(head.prepared, find_dense(head), volume)
    lesions = []
    for number, (found, detected) in enumerate(kept, start=1):
        lesion = measure(found, marked, volume, midline, dense, number=number)
        if not detected:
            lesion = replace(lesion, flags=(*lesion.flags, FLAG_NOT_DETECTED))
        lesions.append(lesion)
    return tuple(lesions), notes


def _verdict(
    study: Floats, thresholds: Floats, lesions: tuple[Lesion, ...], models: tuple[ModelInfo, ...]
) -> tuple[str, ...]:
    if lesions or (study >= thresholds).any():
        return ()
    names = " and ".join(f"{model.name} {model.version}" for model in models)
    return (f"No finding by model {names}; not a clearance.",)


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


def _on_slabs(slice_values: Floats, slab_of_k: NDArray[np.intp]) -> Floats:
    """Largest value of every slab's slices; another model may have other slabs."""
    slabs = np.zeros(int(slab_of_k.max()) + 1, np.float32)
    np.maximum.at(slabs, slab_of_k, slice_values)
    return slabs


def _cam(read: _Read) -> Floats | None:
    cam = read.outputs.get("cam")
    return None if cam is None else cam[read.prepared.slab_of_k]


@contextmanager
def _stage(seconds: dict[str, float], name: str, progress: Progress) -> Iterator[None]:
    """Add a stage's wall time; the user may cancel before it."""
    progress(0, 0, f"Analysis: {name}")
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start
