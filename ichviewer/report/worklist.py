"""The list of studies to read: in which order, how urgent each is, and how far its reading is."""

from collections.abc import Iterable, Mapping

from ichviewer.analysis.priority import Priority, Urgency, not_read_yet, refused
from ichviewer.dicom.study import Permission, Study
from ichviewer.reading.replay import study_key
from ichviewer.reading.status import ReadingStatus


def study_priority(study: Study, priorities: Mapping[str, Priority]) -> Priority:
    """The priority of the most urgent series of a study.

    Parameters
    ----------
    study
        The study.
    priorities
        Of the series that the models have read or refused, by series key.
    """
    known = [priorities[series.key] for series in study.series if series.key in priorities]
    if known:
        return min(known, key=lambda priority: priority.rank)
    barred = [series.refusals.get(Permission.AI, "") for series in study.series]
    return refused(barred[0]) if barred and all(barred) else not_read_yet()


def by_urgency(studies: Iterable[Study], priorities: Mapping[str, Priority]) -> tuple[Study, ...]:
    """The most urgent study first; equal ones stay in the order in which they were opened."""
    return tuple(sorted(studies, key=lambda study: study_priority(study, priorities).rank))


def journal_keys(study: Study) -> frozenset[str]:
    """Keys of the journals that may hold the reading of a study."""
    return frozenset(study_key(study.study_uid, series.key) for series in study.series)


def study_status(study: Study, statuses: Mapping[str, ReadingStatus]) -> ReadingStatus | None:
    """How far the reading of a study is, None where that has not been looked up yet.

    Parameters
    ----------
    study
        The study.
    statuses
        By the key of the journal.
    """
    order = list(ReadingStatus)
    known = [statuses[key] for key in journal_keys(study) if key in statuses]
    return max(known, key=order.index, default=None)


def revealed(
    priorities: Mapping[str, Priority],
    studies: Iterable[Study],
    statuses: Mapping[str, ReadingStatus],
) -> dict[str, Priority]:
    """The priorities of those studies for which the reader has answered."""
    keys: set[str] = set()
    for study in studies:
        status = study_status(study, statuses)
        if status is not None and status.is_answered:
            keys.update(series.key for series in study.series)
    return {key: priority for key, priority in priorities.items() if key in keys}


def is_ai_shown(priority: Priority) -> bool:
    """Whether a priority rests on what a model said, so that it has to be marked as that."""
    return priority.urgency is not Urgency.UNKNOWN
