"""How the detector and the segmenter are made to agree, without hiding what either saw.

A marked region stands where the detector calls any of its slices positive. Where it does not, the
region stands only if the segmenter is sure of something large, and then says so in a flag: hiding a
large collection would be worse than one more thing to look at. In a head with contrast, whose
vessels are marked as subarachnoid blood in dozens of places, more is asked for. Everything dropped
is counted in a note, and a detected type without a region is a note too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import HemorrhageType, Lesion
from ichviewer.analysis.operating import reached
from ichviewer.analysis.quantify import Found, find_lesions, is_smaller
from ichviewer.analysis.segment import Marked, erase
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later

FLAG_NOT_DETECTED = tr_later("marked, but the slice detector sees none here")
DROPPED_OUTSIDE = tr_later("{amount} was marked away from the brain and is not shown.")
DROPPED_UNDETECTED = tr_later(
    "{amount} was marked without support by the slice detector and is not shown."
)
DROPPED_CONTRAST = tr_later(
    "{amount} was marked where the slice detector is less sure than a head with contrast asks for, "
    "and is not shown."
)
#: A reason that makes no note.
DROPPED_SMALL = "small"
_SURE_ML = 2.0
_SURE_PROBABILITY = 0.8


@dataclass(frozen=True, eq=False)
class Detection:
    """What the slice detector says, with its operating point.

    Parameters
    ----------
    slices
        (K, 6) calibrated probabilities.
    study
        (6,) the study's.
    thresholds
        (6,) from which a column counts as found in the study.
    slice_thresholds
        (6,) the same operating point for one slice.
    """

    slices: NDArray[np.float32]
    study: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    slice_thresholds: NDArray[np.float32]

    def shows(self, found: Found) -> bool:
        """Whether any slice of the region is positive for any hemorrhage."""
        return bool(self.slices[found.region.box[0], 0].max() >= self.slice_thresholds[0])

    def shows_surely(self, found: Found) -> bool:
        """Whether any slice of the region is as probable as a whole study has to be, too."""
        highest = self.slices[found.region.box[0], 0].max()
        return self.shows(found) and bool(highest >= self.thresholds[0])

    def finds(self, column: int) -> bool:
        """Whether the study is positive for a column; no type without any hemorrhage."""
        return bool(reached(self.study, self.thresholds)[column])


@dataclass(frozen=True, eq=False)
class Judge:
    """What decides whether a marked region is a lesion.

    Parameters
    ----------
    detection
        The slice detector's word.
    near_brain
        (K, J, I) brain and what lies within 10 mm of it.
    least_ml
        Regions below this are too small to count.
    with_contrast
        Whether vessels are bright. The detector then has to be surer of a slice, and the segmenter
        alone is not enough for subarachnoid blood.
    """

    detection: Detection
    near_brain: NDArray[np.bool_]
    least_ml: float
    with_contrast: bool

    def why_dropped(self, found: Found, marked: Marked, volume: Volume) -> str:
        """The reason to leave a region out; empty where it is a lesion."""
        if is_smaller(found, volume, self.least_ml):
            return DROPPED_SMALL
        if not self.near_brain[found.region.box][found.region.inside].any():
            return DROPPED_OUTSIDE
        if self._is_supported(found) or self._is_clear(found, marked, volume):
            return ""
        return DROPPED_CONTRAST if self.detection.shows(found) else DROPPED_UNDETECTED

    def _is_supported(self, found: Found) -> bool:
        if self.with_contrast:
            return self.detection.shows_surely(found)
        return self.detection.shows(found)

    def _is_clear(self, found: Found, marked: Marked, volume: Volume) -> bool:
        looks_like_vessels = found.kind is HemorrhageType.SUBARACHNOID
        return _is_sure(found, marked, volume) and not (self.with_contrast and looks_like_vessels)


def _is_sure(found: Found, marked: Marked, volume: Volume) -> bool:
    """Whether the segmenter alone is enough: large, and probable throughout."""
    probability = marked.probability[found.region.box][found.region.inside]
    mean = float(probability.mean(dtype=np.float64))
    return not is_smaller(found, volume, _SURE_ML) and mean >= _SURE_PROBABILITY


def sift(marked: Marked, volume: Volume, judge: Judge) -> tuple[tuple[Found, ...], tuple[str, ...]]:
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
    notes = (tr(why, amount=f"{amount:.{digits}f} {unit}") for why, amount in dropped.items())
    return tuple(kept), tuple(notes)


def notes_on_disagreement(lesions: tuple[Lesion, ...], detection: Detection) -> tuple[str, ...]:
    """One sentence for every type that the detector found and no region shows."""
    return tuple(_suspicions(lesions, detection))


def _suspicions(lesions: tuple[Lesion, ...], detection: Detection) -> Iterator[str]:
    types = [kind for kind in HemorrhageType if detection.finds(kind)]
    marked = {lesion.kind for lesion in lesions}
    for kind in types:
        if kind not in marked:
            said = tr("{kind} hemorrhage", kind=tr(kind.word))
            yield _suspected(detection, kind, said[:1].upper() + said[1:])
    if detection.finds(0) and not lesions and not types:
        yield _suspected(detection, 0, tr("Hemorrhage"))


def _suspected(detection: Detection, column: int, what: str) -> str:
    return tr(
        "{what} may be there ({probability:.0%}), most likely on slice {number}, "
        "but no region of it was marked.",
        what=what,
        probability=detection.study[column],
        number=int(detection.slices[:, column].argmax()) + 1,
    )
