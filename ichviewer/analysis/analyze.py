"""The chain: gate, models, mask, second reader, lesions, vector; one Volume in, Findings out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.artefacts import FLAG_METAL, metal_slices
from ichviewer.analysis.atlas import load_atlas
from ichviewer.analysis.classical import find_dense
from ichviewer.analysis.detection import Detection
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Findings,
    Gate,
    GateAnswer,
    Lesion,
    OperatingPoint,
)
from ichviewer.analysis.gate import Header, check_header, check_vector, join
from ichviewer.analysis.gate_head import check_head
from ichviewer.analysis.head import Head, find_head
from ichviewer.analysis.look import Seen, look, stage
from ichviewer.analysis.manifest import Role
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.midline import find_midline
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.place import Place, find_place
from ichviewer.analysis.quantify import measure
from ichviewer.analysis.reading import load_models
from ichviewer.analysis.reconcile import FLAG_NOT_DETECTED, notes_on_disagreement
from ichviewer.analysis.segment import on_volume
from ichviewer.analysis.shift import find_shift
from ichviewer.analysis.signs import expansion_signs
from ichviewer.analysis.symmetry import mirror_hu
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later
from ichviewer.progress import Progress, silent

#: From this share of slices with brain, the few others (the vertex) are not worth a sentence.
_MOST_SLICES = 0.85


def analyze(
    volume: Volume,
    header: Header,
    models_folder: Path,
    progress: Progress = silent,
    device: str = "auto",
    *,
    point: OperatingPoint = OperatingPoint.BALANCED,
    atlas_file: Path | None = None,
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
    point
        How readily the models are to say that something is there.
    atlas_file
        What tells the sites of lesions and the level of the midline shift; without it there are
        none.

    Raises
    ------
    ModelError
        Where a model is missing, altered or fails. A refusal by the gate is no error but Findings
        without any probability.
    """
    seconds: dict[str, float] = {}
    with stage(seconds, tr_later("gate"), progress):
        gate = check_header(volume, header)
        if gate.answer is GateAnswer.REFUSED:
            return _refused(volume, gate, seconds)
        head = find_head(volume)
        gate = join(gate, check_head(volume, head))
        if gate.answer is GateAnswer.REFUSED:
            return _refused(volume, gate, seconds)
    models = load_models(models_folder, device)
    seconds["loading"] = models.seconds
    embedder = models.by_role[Role.EMBEDDING]
    seen = look(volume, head, models, progress, seconds, point=point)
    gate = join(gate, check_vector(seen.embedding, embedder.familiarity))
    with stage(seconds, tr_later("place"), progress):
        midline = find_midline(volume, head)
        place = find_place(volume, head, midline, load_atlas(atlas_file)) if atlas_file else None
        shift = find_shift(volume, head, midline, place)
    with stage(seconds, tr_later("second reader"), progress):
        cavity = place.cavity(head, volume) if place and place.is_sure else None
        dense = on_volume(head.prepared, find_dense(head, cavity), volume)
    with stage(seconds, tr_later("lesions"), progress):
        lesions = _measured(seen, volume, head, midline, place, dense=dense, progress=progress)
    return Findings(
        series_uid=volume.series_uid,
        gate=gate,
        slice_probability=seen.detection.slices,
        study_probability=seen.detection.study,
        thresholds=seen.detection.thresholds,
        mask=seen.marked.mask,
        lesions=lesions,
        embedding=seen.embedding,
        embedding_identity=embedder.embedding_identity,
        models=seen.models,
        seconds=seconds,
        notes=(
            *_verdict(lesions, seen.detection, seen.models),
            *notes_on_disagreement(lesions, seen.detection),
            *_note_on_slices(head.brain_slices()),
            *seen.notes,
        ),
        cam=seen.cam,
        slice_thresholds=seen.detection.slice_thresholds,
        operating_point=seen.operating_point,
        lesions_shown_from=seen.lesions_shown_from,
        answers=seen.answers,
        midline=midline,
        midline_shift=shift,
    )


def _measured(
    seen: Seen,
    volume: Volume,
    head: Head,
    midline: Midline,
    place: Place | None,
    *,
    dense: NDArray[np.bool_],
    progress: Progress,
) -> tuple[Lesion, ...]:
    lesions, metal = [], metal_slices(head)
    for number, one in enumerate(seen.lesions, start=1):
        progress(number - 1, len(seen.lesions), tr("Analysis: {stage}", stage=tr("lesions")))
        lesion = measure(one, volume, midline, dense, number=number, place=place)
        lesion = replace(
            lesion,
            signs=expansion_signs(one, seen.lesions, volume),
            mirror_hu=mirror_hu(one.region.indices(), seen.marked.mask, volume, midline),
        )
        if metal[one.region.box[0]].any():
            lesion = replace(lesion, flags=(*lesion.flags, FLAG_METAL))
        if not seen.detection.shows(one.region):
            lesion = replace(lesion, flags=(*lesion.flags, FLAG_NOT_DETECTED))
        lesions.append(lesion)
    return tuple(lesions)


def _verdict(
    lesions: tuple[Lesion, ...], detection: Detection, models: tuple[ModelInfo, ...]
) -> tuple[str, ...]:
    if lesions or any(detection.finds(column) for column in range(len(PROBABILITY_COLUMNS))):
        return ()
    names = tr(" and ").join(f"{model.name} {model.version}" for model in models)
    return (tr("No finding by model {names}; not a clearance.", names=names),)


def _note_on_slices(brain_slices: NDArray[np.bool_]) -> tuple[str, ...]:
    if brain_slices.mean() >= _MOST_SLICES:
        return ()
    first, last = np.flatnonzero(brain_slices)[[0, -1]] + 1
    return (
        tr(
            "Brain is seen on slices {first} to {last} only; the models read those.",
            first=first,
            last=last,
        ),
    )


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
        notes=(tr("The models did not read this series."),),
    )
