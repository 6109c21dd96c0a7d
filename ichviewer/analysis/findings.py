"""Findings: all that analysis says about one Volume."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.cam import EvidenceMaps
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.language import tr_later


class HemorrhageType(IntEnum):
    """The five types; the value is the label in a Mask (0 is no hemorrhage)."""

    EPIDURAL = 1
    INTRAPARENCHYMAL = 2
    INTRAVENTRICULAR = 3
    SUBARACHNOID = 4
    SUBDURAL = 5

    @property
    def word(self) -> str:
        """The word in tables and files, lower case; `tr` says it in the reader's language."""
        return _TYPE_WORDS[self]


_TYPE_WORDS = {
    HemorrhageType.EPIDURAL: tr_later("epidural"),
    HemorrhageType.INTRAPARENCHYMAL: tr_later("intraparenchymal"),
    HemorrhageType.INTRAVENTRICULAR: tr_later("intraventricular"),
    HemorrhageType.SUBARACHNOID: tr_later("subarachnoid"),
    HemorrhageType.SUBDURAL: tr_later("subdural"),
}


#: Columns of every probability array: any hemorrhage, then the five types by their label.
PROBABILITY_COLUMNS: tuple[str, ...] = (tr_later("any"), *(t.word for t in HemorrhageType))


class Side(StrEnum):
    """The patient's side."""

    LEFT = tr_later("left")
    RIGHT = tr_later("right")
    MIDLINE = tr_later("midline")
    BOTH = tr_later("both")
    UNKNOWN = tr_later("unknown")


class OperatingPoint(StrEnum):
    """How readily the models say that something is there."""

    SENSITIVE = tr_later("sensitive")
    BALANCED = tr_later("balanced")
    SPECIFIC = tr_later("specific")


class Answer(StrEnum):
    """What is said of one type in a study, or of any hemorrhage."""

    PRESENT = tr_later("present")
    ABSENT = tr_later("absent")
    UNCERTAIN = tr_later("uncertain")


class GateAnswer(StrEnum):
    """Whether the input was one that the models may read."""

    ACCEPTED = "accepted"
    WARNED = "warned"
    REFUSED = "refused"

    @property
    def words(self) -> str:
        """What became of the input; `tr` says it in the reader's language."""
        return {
            GateAnswer.ACCEPTED: tr_later("processed"),
            GateAnswer.WARNED: tr_later("processed with warning"),
            GateAnswer.REFUSED: tr_later("refused"),
        }[self]


@dataclass(frozen=True)
class Gate:
    """The input gate's answer, with its reasons as sentences."""

    answer: GateAnswer
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sign:
    """A sign on CT without contrast that a hematoma may grow, by its published definition.

    Parameters
    ----------
    name
        As it is published: "blend sign", "island sign", "irregular shape" ...
    detail
        What was measured, in words and units.
    slice
        k index on which it is seen best.
    voxel_kji
        A voxel of it; None where it is one of the whole lesion.
    """

    name: str
    detail: str
    slice: int
    voxel_kji: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class MidlineShift:
    """How far the structures of the midline lie off the head's own midline.

    Parameters
    ----------
    shift_mm
        At a right angle to the midline plane, positive to the patient's left.
    slice
        k index it was measured on.
    """

    shift_mm: float
    slice: int


@dataclass(frozen=True)
class Lesion:
    """One connected region of a Mask.

    Parameters
    ----------
    number
        1, 2, 3 ... by falling volume.
    kind
        The hemorrhage type.
    volume_ml
        From per-slice positions, so uneven gaps are right; NaN where slices have no positions.
    diameter_mm
        Largest in-plane diameter on any slice.
    first_slice, last_slice, largest_slice
        k indices; `largest_slice` has the largest area.
    centroid_kji, centroid_lps_mm
        Centre of the region in voxels and in the patient.
    side
        The patient's side by the head's own midline.
    mean_hu, max_hu
        Over the region.
    probability
        Of being hemorrhage, of whatever type, 0-1 (`lesion_probability`); where the model cannot
        state it, the mean of the voxels' probabilities.
    agreement
        Share of the region that the classical second reader also calls blood, 0-1; NaN if not run.
    flags
        Words of caution (calcification-like, touches skull, low agreement ...).
    abc2_ml
        The bedside estimate A x B x C / 2, for comparison; NaN where slices have no positions.
    site
        Where in the head it lies, in words, from an atlas laid over it; empty where not known.
        `atlas.site_words` says it in the reader's language.
    thickness_mm
        Of an epidural or subdural collection, across it; NaN for other types.
    signs
        Signs of expansion, of an intraparenchymal hematoma.
    mirror_hu
        Mean over the place that mirrors it across the head's midline; NaN where there is none to
        compare with.
    """

    number: int
    kind: HemorrhageType
    volume_ml: float
    diameter_mm: float
    first_slice: int
    last_slice: int
    largest_slice: int
    centroid_kji: tuple[float, float, float]
    centroid_lps_mm: tuple[float, float, float]
    side: Side
    mean_hu: float
    max_hu: float
    probability: float
    agreement: float = float("nan")
    flags: tuple[str, ...] = ()
    abc2_ml: float = float("nan")
    site: str = ""
    thickness_mm: float = float("nan")
    signs: tuple[Sign, ...] = ()
    mirror_hu: float = float("nan")


@dataclass(frozen=True, eq=False)
class Findings:
    """All that analysis says about one Volume.

    Parameters
    ----------
    series_uid
        The series that was read.
    gate
        Whether, and with which reservations, the models read it. Refused findings have no
        probabilities (NaN), an empty mask and no lesions.
    slice_probability
        (K, 6) float32, calibrated, columns as `PROBABILITY_COLUMNS`. Read-only.
    study_probability
        (6,) float32, same columns.
    thresholds
        (6,) float32, same columns: the operating point at which the study counts as showing it.
    mask
        (K, J, I) uint8 labels on the Volume's own grid. Read-only.
    cam
        Evidence maps of the slices; `plane(k, column)` gives one on the slice's pixels. None where
        the model has none.
    lesions
        By falling volume.
    embedding
        (128,) float32 L2-normalised study vector; empty where refused.
    embedding_identity
        What made the vector; only vectors of one identity compare.
    models
        Who spoke, and on which device.
    seconds
        Wall time by stage.
    notes
        Sentences that a reader must not miss.
    slice_thresholds
        (6,) float32, the same operating point for single slices, whose probabilities are
        calibrated apart; None where it is that of the study.
    operating_point
        Which one the thresholds are of.
    lesions_shown_from
        Probability from which a marked region is a lesion; NaN where the model cannot state one,
        so that a lesion's is the mean of its voxels'.
    answers
        Present, absent or uncertain, by `PROBABILITY_COLUMNS`; empty where refused.
    midline
        The head's own, by which sides are told; None where refused.
    midline_shift
        None where it could not be measured.
    """

    series_uid: str
    gate: Gate
    slice_probability: NDArray[np.float32]
    study_probability: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    mask: NDArray[np.uint8]
    lesions: tuple[Lesion, ...]
    embedding: NDArray[np.float32]
    embedding_identity: str
    models: tuple[ModelInfo, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cam: EvidenceMaps | None = None
    slice_thresholds: NDArray[np.float32] | None = None
    operating_point: OperatingPoint = OperatingPoint.BALANCED
    lesions_shown_from: float = float("nan")
    answers: tuple[Answer, ...] = ()
    midline: Midline | None = None
    midline_shift: MidlineShift | None = None

    def __post_init__(self) -> None:
        arrays = (
            self.slice_probability,
            self.study_probability,
            self.thresholds,
            self.mask,
            self.embedding,
            self.slice_thresholds,
        )
        for array in arrays:
            if array is not None:
                array.flags.writeable = False

    @property
    def found_types(self) -> tuple[HemorrhageType, ...]:
        """The types that reach the operating point, where any hemorrhage does."""
        if not self.is_any_found:
            return ()
        return tuple(t for t in HemorrhageType if self.study_probability[t] >= self.thresholds[t])

    @property
    def is_any_found(self) -> bool:
        """True where the probability of any hemorrhage reaches the operating point."""
        return bool(self.study_probability[0] >= self.thresholds[0])

    def volume_ml(self, kind: HemorrhageType | None = None) -> float:
        """Sum of the lesions' volumes in mL, of one type or of all."""
        return float(sum(x.volume_ml for x in self.lesions if kind is None or x.kind is kind))
