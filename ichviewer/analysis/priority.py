"""How urgent it is to look at a series, by what the models say about it, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

from ichviewer.analysis.findings import Answer, Findings, GateAnswer, HemorrhageType
from ichviewer.language import tr

#: Smaller shifts are within what heads and the measurement vary by.
_SHIFT_MM = 3.0


class Urgency(IntEnum):
    """What a reader should look at first is the highest.

    Nothing is known of a series that the models have not read or refused to read.
    """

    UNKNOWN = 0
    NO_FINDING = 1
    UNCERTAIN = 2
    SUSPECTED = 3


@dataclass(frozen=True)
class Priority:
    """Where something stands in the list, and why.

    Parameters
    ----------
    urgency
        Decides first.
    reasons
        Short phrases, the most important first.
    volume_ml
        All suspected blood: among equals, more comes first.
    probability
        Of any hemorrhage: decides where the volumes are the same.
    """

    urgency: Urgency
    reasons: tuple[str, ...]
    volume_ml: float = 0.0
    probability: float = 0.0

    @property
    def rank(self) -> tuple[float, float, float]:
        """Sorts the most urgent first."""
        return -self.urgency, -self.volume_ml, -self.probability

    @property
    def reason(self) -> str:
        """All reasons as one text."""
        return ", ".join(self.reasons)


def priority_of(findings: Findings) -> Priority:
    """How urgent a series is that the models have read, or have refused to read."""
    if findings.gate.answer is GateAnswer.REFUSED:
        return refused(" ".join(findings.gate.reasons))
    probability = float(findings.study_probability[0])
    is_uncertain = bool(findings.answers) and findings.answers[0] is Answer.UNCERTAIN
    if findings.is_any_found:
        volume_ml = findings.volume_ml()
        first, *others = _found(findings, is_uncertain=is_uncertain)
        return Priority(
            Urgency.UNCERTAIN if is_uncertain else Urgency.SUSPECTED,
            # A list may show the first few only, and a shift matters more than a second type.
            (first, *_shift(findings), *others),
            volume_ml if isfinite(volume_ml) else 0.0,
            probability,
        )
    models = ", ".join(dict.fromkeys(f"{one.name} {one.version}" for one in findings.models))
    if is_uncertain:
        said = tr("hemorrhage uncertain by {models}", models=models)
        return Priority(Urgency.UNCERTAIN, (said, *_shift(findings)), probability=probability)
    said = tr("no finding by {models}", models=models)
    reasons = (said, tr("not a clearance"), *_shift(findings))
    return Priority(Urgency.NO_FINDING, reasons, probability=probability)


def refused(sentence: str) -> Priority:
    """The models do not read the series; `sentence` says why."""
    return Priority(Urgency.UNKNOWN, (tr("not read by the AI: {why}", why=sentence),))


def not_read_yet() -> Priority:
    """The models have not been asked."""
    return Priority(Urgency.UNKNOWN, (tr("not read yet"),))


def _found(findings: Findings, *, is_uncertain: bool) -> Iterator[str]:
    """Every type that was found with its volume, the largest first."""
    volumes_ml = {kind: findings.volume_ml(kind) for kind in findings.found_types}
    ordered = sorted(volumes_ml, key=lambda kind: -_known(volumes_ml[kind]))
    amounts = [_amount(kind, volumes_ml[kind]) for kind in ordered]
    first, *others = amounts or [tr("hemorrhage, type undecided")]
    if is_uncertain:
        yield tr("uncertain: {what}", what=first)
    else:
        yield tr("suspected {what}", what=first)
    yield from others


def _amount(kind: HemorrhageType, volume_ml: float) -> str:
    if not _known(volume_ml):
        return tr(kind.word)
    if volume_ml < 1:
        return tr("{kind} under 1 mL", kind=tr(kind.word))
    return tr("{kind} {volume_ml:.0f} mL", kind=tr(kind.word), volume_ml=volume_ml)


def _known(volume_ml: float) -> float:
    return volume_ml if isfinite(volume_ml) else 0.0


def _shift(findings: Findings) -> Iterator[str]:
    shift = findings.midline_shift
    if shift is not None and abs(shift.shift_mm) >= _SHIFT_MM:
        yield tr("midline shift {shift_mm:.0f} mm", shift_mm=abs(shift.shift_mm))
