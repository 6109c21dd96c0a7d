"""The list of opened studies: what another folder adds to it, and what is taken off."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ichviewer.dicom.study import ScanResult, Series, Study


def add_scan(listed: ScanResult | None, added: ScanResult) -> ScanResult:
    """The list with what was opened now.

    A study in both keeps its place and gets the new series; a series whose images all stand in
    another one is listed once, as the larger of the two. Skipped files are those of the last
    opening, for only they are news.
    """
    if listed is None:
        return added
    new = {_identity(study): study for study in added.studies}
    old = [
        _joined(study, new.pop(_identity(study))) if _identity(study) in new else study
        for study in listed.studies
    ]
    return replace(added, studies=(*old, *new.values()))


def remove_study(listed: ScanResult, study: Study) -> ScanResult | None:
    """The list without a study; None when nothing is left. No file is touched."""
    left = tuple(other for other in listed.studies if other is not study)
    return replace(listed, studies=left) if left else None


def listed_series(listed: ScanResult, series: Series) -> Series:
    """The series of the list that holds the images of this one."""
    return next(other for other in listed.series if _holds(other, series))


def paths_without_image(paths: Sequence[Path], scan: ScanResult) -> tuple[Path, ...]:
    """Which of the opened paths gave no image; a DICOMDIR stands for its folder."""
    held = {instance.path for series in scan.series for instance in series.instances}
    places = held.union(*(path.parents for path in held))
    return tuple(
        path
        for path in paths
        if (path.parent if path.name.upper() == "DICOMDIR" else path) not in places
    )


def opened_places(paths: Sequence[Path], scan: ScanResult) -> tuple[Path, ...]:
    """Where to find again what was opened: the one path, or what holds each of the studies."""
    if len(paths) == 1:
        return (paths[0].absolute(),)
    sources = (source_of(study) for study in scan.studies)
    return tuple(dict.fromkeys(source.absolute() for source in sources if source is not None))


def source_of(study: Study) -> Path | None:
    """The file, archive or folder that a study can be opened from again.

    None where there is none, and for a picture, which cannot be opened without being asked about.
    """
    if study.is_picture:
        return None
    held = {instance.path for series in study.series for instance in series.instances}
    if len(held) <= 1:
        return next(iter(held), None)
    return Path(os.path.commonpath([path.parent for path in held]))


def _identity(study: Study) -> object:
    """What two openings of one study share; studies without a UID only share their images."""
    if study.study_uid:
        return study.study_uid, study.patient_id, study.patient_name
    return frozenset(instance for series in study.series for instance in series.instances)


def _joined(old: Study, new: Study) -> Study:
    kept = [s for s in old.series if not any(_holds(other, s) for other in new.series)]
    news = [s for s in new.series if not any(_holds(other, s) for other in kept)]
    return replace(new, series=(*kept, *news))


def _holds(larger: Series, smaller: Series) -> bool:
    return larger == smaller or (
        bool(smaller.instances) and set(smaller.instances) <= set(larger.instances)
    )
