"""Two time points in, what has changed out."""

from math import hypot

from ichviewer.analysis.findings import Findings, GateAnswer, HemorrhageType
from ichviewer.comparison.align import align
from ichviewer.comparison.alignment import Alignment
from ichviewer.comparison.change import Amount, Comparison, LesionChange, Trend, TypeChange
from ichviewer.comparison.matching import (
    Group,
    Placed,
    is_covered,
    lie_together,
    match,
    placed_lesions,
)
from ichviewer.comparison.time_point import TimePoint, doubts, interval
from ichviewer.language import tr, trn
from ichviewer.progress import Progress, silent

Lesions = tuple[Placed, ...]


def compare(
    prior: TimePoint,
    current: TimePoint,
    progress: Progress = silent,
    alignment: Alignment | None = None,
) -> Comparison:
    """What has changed from a prior to a current series.

    Parameters
    ----------
    prior, current
        Both with findings.
    progress
        Called many times a second while aligning; it may cancel.
    alignment
        As the reader has moved it; found anew where None.
    """
    if alignment is None:
        alignment = align(current.volume, prior.volume, progress)
    progress(0, 0, tr("Comparing lesions"))
    is_read = not any(_is_refused(one.findings) for one in (prior, current))
    before = placed_lesions(prior.findings, prior.volume.grid)
    after = placed_lesions(current.findings, current.volume.grid)
    groups: tuple[Group, ...] = ()
    if is_read and alignment.is_usable:
        groups = match(before, after, alignment.motion, _slice_mm(prior, current))
    changes = tuple(_lesion_change(group, prior, current, alignment) for group in groups)
    return Comparison(
        prior.volume.series_uid,
        current.volume.series_uid,
        alignment,
        interval(prior.study, current.study),
        is_read,
        _type_changes(before, after) if is_read else (),
        changes,
        prior.findings.midline_shift,
        current.findings.midline_shift,
        (
            *doubts(prior, current),
            *_unread(prior.findings, current.findings),
            *_unseen(changes, alignment),
            *_renamed(groups, alignment, _slice_mm(prior, current)),
        ),
    )


def _type_changes(before: Lesions, after: Lesions) -> tuple[TypeChange, ...]:
    shown = {one.lesion.kind for one in (*before, *after)}
    kinds = [kind for kind in HemorrhageType if kind in shown]
    of_kind = [
        TypeChange(
            kind,
            _amount(
                tuple(one for one in before if one.lesion.kind is kind),
                tuple(one for one in after if one.lesion.kind is kind),
            ),
        )
        for kind in kinds
    ]
    return (TypeChange(None, _amount(before, after)), *of_kind)


def _lesion_change(
    group: Group, prior: TimePoint, current: TimePoint, alignment: Alignment
) -> LesionChange:
    amount = _amount(group.prior, group.current)
    trend = amount.trend
    if not group.prior and not is_covered(group.current, alignment.motion, prior.volume):
        trend = Trend.NOT_COVERED
    back = alignment.motion.inverse()
    if not group.current and not is_covered(group.prior, back, current.volume):
        trend = Trend.NOT_COVERED
    before = tuple(one.lesion for one in group.prior)
    after = tuple(one.lesion for one in group.current)
    return LesionChange((before + after)[0].kind, before, after, amount, trend)


def _amount(before: Lesions, after: Lesions) -> Amount:
    """Volumes added; outlines err alike within a series, so their uncertainties add, too."""
    was, now = (sum(one.uncertainty_ml for one in side) for side in (before, after))
    return Amount(
        float(sum(one.lesion.volume_ml for one in before)),
        float(sum(one.lesion.volume_ml for one in after)),
        hypot(was, now),
    )


def _slice_mm(prior: TimePoint, current: TimePoint) -> float:
    return max(prior.volume.spacing_mm[0], current.volume.spacing_mm[0])


def _is_refused(findings: Findings) -> bool:
    return findings.gate.answer is GateAnswer.REFUSED


def _unread(prior: Findings, current: Findings) -> list[str]:
    said = []
    for which, findings in ((tr("the prior series"), prior), (tr("the current series"), current)):
        if _is_refused(findings):
            reasons = " ".join(findings.gate.reasons)
            sentence = tr(
                "The models did not read {which}: {reasons}", which=which, reasons=reasons
            )
            said.append(sentence.strip())
    made = [{(m.sha256, m.version) for m in findings.models} for findings in (prior, current)]
    if all(made) and made[0] != made[1]:
        said.append(
            tr("Different models read the two series: volumes are not strictly comparable.")
        )
    return said


def _unseen(changes: tuple[LesionChange, ...], alignment: Alignment) -> list[str]:
    if not alignment.is_usable:
        return [
            tr("Without an alignment lesions are not told from each other: only totals compare.")
        ]
    count = sum(change.trend is Trend.NOT_COVERED for change in changes)
    if not count:
        return []
    return [
        trn(
            "The place of {n} lesion was scanned only once: "
            "the totals of their types differ for that reason, too.",
            "The place of {n} lesions was scanned only once: "
            "the totals of their types differ for that reason, too.",
            count,
        )
    ]


def _renamed(groups: tuple[Group, ...], alignment: Alignment, slice_mm: float) -> list[str]:
    """Where one type went and another came at the same place, the type may be the mistake."""
    gone = [group for group in groups if not group.current]
    new = [group for group in groups if not group.prior]
    return [
        tr(
            "At one place the prior shows {prior}, the current {current} blood: check the type.",
            prior=tr(before.prior[0].lesion.kind.word),
            current=tr(after.current[0].lesion.kind.word),
        )
        for before in gone
        for after in new
        if lie_together(before, after, alignment.motion, slice_mm)
    ]
