"""How the detector and the segmenter are made to agree, without hiding what either saw.

A marked region stands where the detector calls any of its slices positive and where it is probable
enough to be hemorrhage, by all that is known of it, if the model can state that. Else it stands
only if the segmenter is sure of something large that does not look like vessels: hiding a large
collection would be worse than one more thing to look at. A flag says where the detector sees
nothing. Everything dropped is counted in a note, and a detected type without a region is a note
too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.detection import Detection
from ichviewer.analysis.findings import HemorrhageType, Lesion, OperatingPoint
from ichviewer.analysis.lesion_probability import (
    RegionTerms,
    lesion_probability,
    marked_region,
    region_features,
)
from ichviewer.analysis.quantify import Found, find_lesions, nominal_ml
from ichviewer.analysis.segment import Marked, erase
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later

FLAG_NOT_DETECTED = tr_later("marked, but the slice detector sees none here")
DROPPED_OUTSIDE = tr_later("{amount} was marked away from the brain and is not shown.")
DROPPED_UNDETECTED = tr_later(
    "{amount} was marked without support by the slice detector and is not shown."
)
DROPPED_IMPROBABLE = tr_later(
    "{amount} was marked where hemorrhage is less probable than {least:.0%}, and is not shown."
)
#: A reason that makes no note.
DROPPED_SMALL = "small"
_SURE_ML = 2.0
_SURE_PROBABILITY = 0.8


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
    has_contrast
        Whether vessels are bright.
    regions
        For the probability of a region; None of a model that cannot state it.
    point
        The operating point, for how probable a region has to be.
    """

    detection: Detection
    near_brain: NDArray[np.bool_]
    least_ml: float
    has_contrast: bool
    regions: RegionTerms | None
    point: OperatingPoint

    def why_dropped(self, found: Found, volume: Volume) -> str:
        """The reason to leave a region out; empty where it is a lesion."""
        if nominal_ml(found, volume) < self.least_ml:
            return DROPPED_SMALL
        if not self.near_brain[found.region.box][found.region.inside].any():
            return DROPPED_OUTSIDE
        if self._is_clear(found, volume):
            return ""
        if not self.detection.shows(found.region):
            return DROPPED_UNDETECTED
        if self.regions and self.probability(found, volume) < self.least_probability:
            return DROPPED_IMPROBABLE
        return ""

    @property
    def least_probability(self) -> float:
        """From which a region is shown; NaN of a model that cannot state one."""
        return self.regions.shown_from[self.point] if self.regions else float("nan")

    def probability(self, found: Found, volume: Volume) -> float:
        """That a region is hemorrhage; its voxels' mean where the model has no terms for it."""
        if self.regions is None:
            return found.probability
        region = marked_region(found, volume)
        features = region_features(region, self.detection.slices, has_contrast=self.has_contrast)
        return lesion_probability(features, self.regions)

    def _is_clear(self, found: Found, volume: Volume) -> bool:
        """Whether the segmenter alone is enough: large, probable throughout, and no vessels."""
        may_be_vessels = self.has_contrast and found.kind is HemorrhageType.SUBARACHNOID
        is_sure = nominal_ml(found, volume) >= _SURE_ML and found.probability >= _SURE_PROBABILITY
        return is_sure and not may_be_vessels


def sift(marked: Marked, volume: Volume, judge: Judge) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The regions that are lesions, and notes on the others, which leave the mask."""
    kept, dropped = [], dict[str, float]()
    _, row_mm, column_mm = volume.spacing_mm
    is_single = volume.shape_kji[0] == 1
    for found in find_lesions(marked, volume):
        reason = judge.why_dropped(found, volume)
        if reason:
            area_mm2 = float(found.region.inside.sum()) * row_mm * column_mm
            amount = area_mm2 if is_single else found.volume_ml
            dropped[reason] = dropped.get(reason, 0.0) + amount
            erase(marked, found.region)
        else:
            kept.append(replace(found, probability=judge.probability(found, volume)))
    dropped.pop(DROPPED_SMALL, None)
    unit, digits = ("mm²", 0) if is_single else ("mL", 1)
    notes = (
        tr(why, amount=f"{amount:.{digits}f} {unit}", least=judge.least_probability)
        for why, amount in dropped.items()
    )
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
        "but no region of it is shown.",
        what=what,
        probability=detection.study[column],
        number=int(detection.slices[:, column].argmax()) + 1,
    )
