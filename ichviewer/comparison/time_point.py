"""One of the two series that are compared, and whether both belong to one patient."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ichviewer.analysis.findings import Findings
from ichviewer.dicom.study import Series, Study
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later


@dataclass(frozen=True, eq=False)
class TimePoint:
    """A series with what analysis found in it.

    Parameters
    ----------
    study, series
        Whose it is, and when it was taken.
    volume, findings
        Its voxels, and what was found on them.
    """

    study: Study
    series: Series
    volume: Volume
    findings: Findings


def taken_at(study: Study) -> datetime | None:
    """When a study was taken; None where its date or time is unknown."""
    try:
        return datetime.fromisoformat(f"{study.date}T{study.time}")
    except ValueError:
        return None


def interval(prior: Study, current: Study) -> str:
    """The time from the prior to the current study in words; empty where it is unknown."""
    before, after = taken_at(prior), taken_at(current)
    if before is None or after is None:
        return ""
    between = abs(after - before)
    if between < timedelta(hours=48):
        return tr("{hours:.1f} hours", hours=between.total_seconds() / 3600)
    return tr("{days:.0f} days", days=between / timedelta(days=1))


def doubts(prior: TimePoint, current: TimePoint) -> tuple[str, ...]:
    """Sentences about what speaks against one patient, or against this order in time."""
    found = []
    ids = (prior.study.patient_id, current.study.patient_id)
    if not all(ids):
        found.append(tr("A patient ID is missing: make sure that both series are of one patient."))
    elif ids[0] != ids[1]:
        found.append(
            tr(
                "The patient IDs differ (prior {prior}, current {current}): make sure that both "
                "series are of one patient.",
                prior=ids[0],
                current=ids[1],
            )
        )
    for what in (tr_later("name"), tr_later("sex")):
        before, after = (getattr(one.study, f"patient_{what}") for one in (prior, current))
        if before and after and before.casefold() != after.casefold():
            found.append(
                tr(
                    "The patient's {what} differs (prior {prior}, current {current}).",
                    what=tr(what),
                    prior=before,
                    current=after,
                )
            )
    if prior.series.key == current.series.key:
        found.append(tr("Both are the same series."))
    before_at, after_at = taken_at(prior.study), taken_at(current.study)
    if before_at is None or after_at is None:
        found.append(tr("A study has no date and time: check which of the two is the earlier one."))
    elif before_at > after_at:
        found.append(
            tr("The prior study was taken after the current one: growth reads as shrinking.")
        )
    return tuple(found)
