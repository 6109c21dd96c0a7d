"""How the detector and the segmenter are made to agree, without hiding what either saw.

A marked region stands where the detector calls any of its slices positive. Where it does not, the
region stands only if the segmenter is sure of something large, and then says so in a flag: hiding a
large collection would be worse than one more thing to look at. Everything dropped is counted in a
note, and a detected type without a region is a note too.
"""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import HemorrhageType, Lesion
from ichviewer.analysis.quantify import Found
from ichviewer.analysis.segment import Marked

FLAG_NOT_DETECTED = "marked, but the slice detector sees none here"
_SURE_ML = 2.0
_SURE_PROBABILITY = 0.8


def is_detected(
    found: Found, slice_probability: NDArray[np.float32], thresholds: NDArray[np.float32]
) -> bool:
    """Whether the detector calls any slice of the region positive for any hemorrhage."""
    return bool(slice_probability[found.region.box[0], 0].max() >= thresholds[0])


def is_sure(found: Found, marked: Marked) -> bool:
    """Whether the segmenter alone is enough: large, and probable throughout."""
    probability = marked.probability[found.region.box][found.region.inside]
    return found.volume_ml >= _SURE_ML and float(probability.mean(dtype=np.float64)) >= (
        _SURE_PROBABILITY
    )


def notes_on_disagreement(
    lesions: tuple[Lesion, ...],
    slice_probability: NDArray[np.float32],
    study_probability: NDArray[np.float32],
    thresholds: NDArray[np.float32],
) -> tuple[str, ...]:
    """One sentence for every type that the detector found and no region shows."""
    notes = []
    marked = {lesion.kind for lesion in lesions}
    for kind in HemorrhageType:
        if study_probability[kind] >= thresholds[kind] and kind not in marked:
            k = int(slice_probability[:, kind].argmax())
            notes.append(
                f"{kind.word.capitalize()} hemorrhage is suspected "
                f"({study_probability[kind]:.0%}), most on slice {k + 1}, but no region of it "
                "was marked."
            )
    if study_probability[0] >= thresholds[0] and not lesions and not notes:
        k = int(slice_probability[:, 0].argmax())
        notes.append(
            f"Hemorrhage is suspected ({study_probability[0]:.0%}), most on slice {k + 1}, "
            "but no region was marked."
        )
    return tuple(notes)
