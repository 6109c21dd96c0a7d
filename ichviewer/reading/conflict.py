"""Where reader and AI differ about one series, so that both can be looked at again."""

from dataclasses import dataclass

import numpy as np

from ichviewer.analysis.findings import Answer, Findings, GateAnswer, Lesion
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.symmetry import mirror_hu
from ichviewer.imaging.volume import Volume
from ichviewer.reading.mask_edit import EditedLesions
from ichviewer.reading.record import Presence, Reading, Verdict

_PRESENCE = {
    Answer.PRESENT: Presence.PRESENT,
    Answer.ABSENT: Presence.ABSENT,
    Answer.UNCERTAIN: Presence.UNSURE,
}


@dataclass(frozen=True)
class Conflict:
    """What reader and AI say differently.

    Parameters
    ----------
    answer
        The reader's answer for the series where the AI says the opposite, else None.
    lesions
        The AI's lesions that are in dispute: those that the reader rejected; where the reader sees
        no hemorrhage at all, every one that was not accepted.
    """

    answer: Presence | None
    lesions: tuple[Lesion, ...]


@dataclass(frozen=True)
class Density:
    """How dense a region is that the reader drew, as `Lesion` has it for one of the AI's.

    Parameters
    ----------
    mean_hu, max_hu
        Over the region.
    mirror_hu
        Mean over the place that mirrors it; NaN where there is none to compare with.
    """

    mean_hu: float
    max_hu: float
    mirror_hu: float


def find_conflict(
    findings: Findings, reading: Reading, series_key: str, result: str
) -> Conflict | None:
    """Where a reading contradicts the findings of its series; None where it does not.

    Who is unsure contradicts nobody.

    Parameters
    ----------
    findings, reading
        What the AI and what the reader says.
    series_key
        The series.
    result
        sha256 of the mask, which the reader's verdicts are bound to.
    """
    if findings.gate.answer is GateAnswer.REFUSED:
        return None
    given = reading.answers.get(series_key)
    is_opposed = given is not None and are_opposite(given.presence, presence_of(findings))
    answer = given.presence if given is not None and is_opposed else None
    disputed = []
    for lesion in findings.lesions:
        decision = reading.decision(result, lesion.number)
        verdict = decision.verdict if decision else None
        is_denied = answer is Presence.ABSENT and verdict is not Verdict.ACCEPTED
        if verdict is Verdict.REJECTED or is_denied:
            disputed.append(lesion)
    return Conflict(answer, tuple(disputed)) if answer or disputed else None


def presence_of(findings: Findings) -> Presence:
    """What the AI says of any hemorrhage."""
    if findings.answers:
        return _PRESENCE[findings.answers[0]]
    return Presence.PRESENT if findings.is_any_found else Presence.ABSENT


def are_opposite(one: Presence, other: Presence) -> bool:
    """Whether one says present and the other absent."""
    return {one, other} == {Presence.PRESENT, Presence.ABSENT}


def density_of_drawn(
    edited: EditedLesions, number: int, volume: Volume, midline: Midline | None
) -> Density | None:
    """How dense a lesion is that the reader drew; None where it was erased again."""
    on_slices = [
        np.insert(np.argwhere(held.numbers == number), 0, k, axis=1)
        for k, held in edited.drawn.items()
    ]
    kji = np.concatenate(on_slices)
    if not kji.size:
        return None
    hu = volume.hu[tuple(kji.T)]
    mirror = float("nan")
    if midline is not None:
        mirror = mirror_hu(kji.astype(np.float64), edited.mask, volume, midline)
    return Density(float(hu.mean()), float(hu.max()), mirror)
