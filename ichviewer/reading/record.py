"""A reading: what one reader has decided about one study, as frozen values.

Everything is bound to what it was said about: to a series by its key, and what concerns the AI's
regions to one result by the sha256 of its mask, so that no decision or edit is ever carried over
to another result. Times are UTC in ISO 8601. No value holds anything that names a patient.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from ichviewer.language import tr_later


class Verdict(StrEnum):
    """What the reader says about one lesion of the AI."""

    ACCEPTED = tr_later("accepted")
    REJECTED = tr_later("rejected")
    UNSURE = tr_later("unsure")


class Presence(StrEnum):
    """Whether there is hemorrhage, as reader or AI says."""

    PRESENT = tr_later("present")
    ABSENT = tr_later("absent")
    UNSURE = tr_later("unsure")


@dataclass(frozen=True)
class Decision:
    """A verdict on one lesion, with what the AI had said about it at that time.

    Parameters
    ----------
    verdict, time
        What was decided, and when.
    kind
        Word of the hemorrhage type.
    first_slice, last_slice
        k indices of the lesion.
    volume_ml, probability
        None where unknown.
    """

    verdict: Verdict
    time: str
    kind: str = ""
    first_slice: int = 0
    last_slice: int = 0
    volume_ml: float | None = None
    probability: float | None = None


@dataclass(frozen=True)
class ReaderAnswer:
    """The reader's own answer for a series.

    Parameters
    ----------
    presence, time
        What was answered, and when.
    is_blind
        True where the AI was still hidden.
    """

    presence: Presence
    time: str
    is_blind: bool


@dataclass(frozen=True)
class KeyImage:
    """A slice worth showing, as it was windowed."""

    series_key: str
    k: int
    window_center: float
    window_width: float
    time: str
    note: str = ""


@dataclass(frozen=True)
class Stroke:
    """One stroke of brush or eraser over an acquired slice.

    Parameters
    ----------
    result
        sha256 of the mask that it was drawn on.
    k
        The slice.
    label
        Label of the hemorrhage type: painted by the brush, taken away by the eraser.
    lesion
        Number that the brush paints; 0 for the eraser.
    radius_mm
        Of the round tip.
    path_ji
        Row and column that the tip's centre passed, fractions allowed; whole numbers are centres.
    """

    result: str
    k: int
    label: int
    lesion: int
    radius_mm: float
    path_ji: tuple[tuple[float, float], ...]

    @property
    def is_eraser(self) -> bool:
        """Whether the stroke takes voxels away."""
        return self.lesion == 0


@dataclass(frozen=True)
class Place:
    """Where the reader was: the series, the voxel under the crosshair, and the window in HU."""

    series_key: str
    cursor_kji: tuple[int, int, int]
    window_center: float
    window_width: float
    window_name: str = ""


@dataclass(frozen=True)
class Comparison:
    """The reader's answer beside the AI's, written down once when the AI is shown.

    Parameters
    ----------
    series_key, result
        What was read, and the sha256 of the AI's mask.
    answer
        The reader's, as it stood before the AI was shown.
    ai_presence
        What the AI said of any hemorrhage.
    ai_types
        Words of the types that it found.
    models
        Name and version of the models.
    manufacturer, scanner
        Manufacturer and ManufacturerModelName of the series.
    time
        When both were there.
    """

    series_key: str
    result: str
    answer: ReaderAnswer
    ai_presence: Presence
    ai_types: tuple[str, ...]
    models: tuple[str, ...]
    manufacturer: str
    scanner: str
    time: str


@dataclass(frozen=True)
class Reading:
    """All that was decided about one study.

    Parameters
    ----------
    answers
        By series key.
    decisions
        By result and lesion number, see `lesion_id`.
    key_images
        By series key and slice, see `image_id`.
    measurements
        By the id that their tool gave; plain values as JSON has them.
    strokes
        By number, in the order in which they were drawn.
    drafts
        Text of the report by its part; one part of an unnamed report is "".
    """

    answers: Mapping[str, ReaderAnswer] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    key_images: Mapping[str, KeyImage] = field(default_factory=dict)
    measurements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    strokes: Mapping[str, Stroke] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)

    def decision(self, result: str, lesion: int) -> Decision | None:
        """The verdict on a lesion of this very result, or None."""
        return self.decisions.get(lesion_id(result, lesion))

    def strokes_on(self, result: str) -> tuple[Stroke, ...]:
        """The strokes drawn on this very result, in their order."""
        ordered = sorted(self.strokes.items(), key=lambda entry: int(entry[0]))
        return tuple(stroke for _, stroke in ordered if stroke.result == result)

    @property
    def results(self) -> frozenset[str]:
        """Every result of the AI that decisions or strokes are bound to."""
        decided = (key.rpartition(":")[0] for key in self.decisions)
        return frozenset(decided) | {stroke.result for stroke in self.strokes.values()}

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(getattr(self, part.name) for part in fields(self))


def lesion_id(result: str, lesion: int) -> str:
    """Key of a lesion's decision."""
    return f"{result}:{lesion}"


def image_id(series_key: str, k: int) -> str:
    """Key of a key image."""
    return f"{series_key}:{k}"


def next_stroke_id(reading: Reading) -> str:
    """Key for the next stroke, after all that stand."""
    return str(max((int(key) for key in reading.strokes), default=0) + 1)
