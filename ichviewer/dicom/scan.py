"""A folder to studies and series: headers only, every file looked at once.

Files are sniffed before they are parsed, links are not followed, and a file that cannot be used
is counted by its reason; one bad file never hides the others. A DICOMDIR is a list of names
that may be wrong or hostile: it is never followed, the files beside it are looked at instead.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ichviewer.dicom.frames import fingerprint
from ichviewer.dicom.geometry import Stack
from ichviewer.dicom.image import Image
from ichviewer.dicom.scan_file import FileLeftOutError, images_in
from ichviewer.dicom.series import study_of
from ichviewer.dicom.source import NO_FILES, Source, Sources, is_archive, list_archive, list_folder
from ichviewer.dicom.stacks import split_stacks
from ichviewer.dicom.study import Instance, ScanResult, Skipped, Study
from ichviewer.dicom.tags import clean_text
from ichviewer.dicom.walk import DamagedFile
from ichviewer.errors import NotDicomError
from ichviewer.language import tr, tr_later, trn
from ichviewer.progress import Progress, opening, silent

#: Studies so far are told no more often than this.
_TELL_EVERY_S = 0.5
#: Told the studies found so far; each call replaces what the last one said.
OnStudies = Callable[[tuple[Study, ...]], None]


@dataclass
class _Found:
    """What a scan has met so far."""

    images: list[Image] = field(default_factory=list)
    damaged: list[Image] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    digests: dict[Instance, bytes] = field(default_factory=dict)

    def skip(self, path: Path, why: FileLeftOutError) -> None:
        self.counts[why.reason] += 1
        if why.sentence:
            self.skipped.append(Skipped(path, why.reason, why.sentence))
        if why.image is not None:
            self.damaged.append(why.image)

    def pass_over(self, path: Path, reason: str) -> None:
        name = clean_text(path.name)
        sentence = tr("{name} was not opened: {reason}.", name=name, reason=tr(reason))
        self.skip(path, FileLeftOutError(reason, sentence))


def scan_folder(
    folder: Path,
    progress: Progress = silent,
    excluded: Mapping[Path, str] = NO_FILES,
    on_studies: OnStudies | None = None,
) -> ScanResult:
    """All readable images below a folder, grouped into studies and series.

    Parameters
    ----------
    folder
        A folder, searched with all its folders; a file; a ZIP archive; or a DICOMDIR, which
        stands for its folder.
    progress
        Called once per file; the total is unknown until the folder has been walked.
    excluded
        Files that must not be opened, each with the words that say why ("took longer ...").
    on_studies
        Told the studies found so far, now and then; the result is the last word.

    Raises
    ------
    NotDicomError
        The path is missing or holds no DICOM image; the text says which.
    """
    return scan_paths([folder], progress, excluded, on_studies)


def scan_paths(
    paths: Sequence[Path],
    progress: Progress = silent,
    excluded: Mapping[Path, str] = NO_FILES,
    on_studies: OnStudies | None = None,
) -> ScanResult:
    """What several paths hold, as one: files of one series make one series wherever they lie.

    A path that holds nothing is named among the skipped and hides none of the others. The other
    parameters are those of `scan_folder`, which reads a single path.

    Raises
    ------
    NotDicomError
        None of the paths holds a DICOM image.
    """
    found = _Found()
    listed: dict[Source, None] = {}
    for path in paths:
        try:
            listed.update(dict.fromkeys(_list(path, found, progress)))
        except NotDicomError as error:
            if len(paths) == 1:
                raise
            found.skip(path, FileLeftOutError(tr_later("unreadable"), str(error)))
    sources = list(listed)
    with Sources() as opener:
        tell = _Teller(found, opener, on_studies)
        for done, source in enumerate(sources):
            progress(done, len(sources), tr("Reading headers"))
            location = source.location
            if location in excluded:
                sentence = tr(
                    "{name} {problem}.", name=clean_text(location.name), problem=excluded[location]
                )
                found.skip(location, FileLeftOutError(tr_later("stopped the reader"), sentence))
                continue
            opening(progress, location)
            try:
                found.images.extend(images_in(source, opener))
            except FileLeftOutError as why:
                found.skip(location, why)
            tell()
        progress(len(sources), len(sources), tr("Sorting images"))
        if not found.images:
            raise NotDicomError(_nothing(paths, found))
        studies = _studies(found, opener)
    return ScanResult(paths[0], studies, tuple(found.skipped), dict(found.counts), len(sources))


class _Teller:
    """Tells the studies so far, seldom enough not to slow the scan down."""

    def __init__(self, found: _Found, opener: Sources, on_studies: OnStudies | None) -> None:
        self._found, self._opener, self._on_studies = found, opener, on_studies
        self._next = time.monotonic() + _TELL_EVERY_S

    def __call__(self) -> None:
        started = time.monotonic()
        if self._on_studies is None or started < self._next or not self._found.images:
            return
        self._on_studies(_studies(self._found, self._opener))
        ended = time.monotonic()
        self._next = ended + max(_TELL_EVERY_S, 5 * (ended - started))


def _list(folder: Path, found: _Found, progress: Progress) -> list[Source]:
    """The files to look at; says so when they are many."""
    if not folder.exists():
        raise NotDicomError(tr("{name} does not exist.", name=clean_text(str(folder))))
    if not folder.is_dir():
        opening(progress, folder)
    if folder.is_dir():
        listed = list_folder(folder, found.pass_over)
    elif folder.name.upper() == "DICOMDIR":
        listed = list_folder(folder.parent, found.pass_over)
    elif is_archive(folder):
        listed = list_archive(folder, found.pass_over)
    else:
        return [Source(folder)]
    sources = []
    try:
        for source in listed:
            sources.append(source)
            if len(sources) % 256 == 0:
                progress(0, 0, tr("Looking for files"))
    except DamagedFile as error:
        raise NotDicomError(
            tr("{name} {problem}.", name=clean_text(folder.name), problem=error)
        ) from error
    return sources


def _studies(found: _Found, opener: Sources) -> tuple[Study, ...]:
    def digest(image: Image) -> bytes:
        if image.instance not in found.digests:
            found.digests[image.instance] = fingerprint(image, opener)
        return found.digests[image.instance]

    by_study: defaultdict[tuple[str, str], list[Stack]] = defaultdict(list)
    patients: defaultdict[str, set[str]] = defaultdict(set)
    for image in found.images:
        patients[image.series_uid].add(image.patient.patient_id)
    for stack in split_stacks(found.images, digest):
        first = stack.images[0]
        notes = [*_losses(first.series_uid, found.damaged), *stack.notes]
        if first.series_uid and len(patients[first.series_uid]) > 1:
            notes.append(tr("The images of this DICOM series name several patients; kept apart."))
        noted = replace(stack, notes=tuple(notes))
        by_study[first.patient.study_uid, first.patient.patient_id].append(noted)
    return tuple(study_of(group) for group in by_study.values())


def _losses(series_uid: str, damaged: list[Image]) -> list[str]:
    """Name the files of a series that could not be used."""
    lost = [image for image in damaged if series_uid and image.series_uid == series_uid]
    if not lost:
        return []
    names = ", ".join(clean_text(image.instance.name) for image in lost[:3])
    note = trn(
        "{n} image of this series cannot be used and left out: {names}.",
        "{n} images of this series cannot be used and left out: {names}.",
        len(lost),
        names=names + (" ..." if len(lost) > 3 else ""),
    )
    return [note]


def _nothing(paths: Sequence[Path], found: _Found) -> str:
    first = clean_text(paths[0].name or str(paths[0]))
    name = first if len(paths) == 1 else tr("The selection")
    if not found.counts:
        return tr("{name} is empty.", name=name)
    if found.skipped:
        more = len(found.skipped) - 1
        others = (
            trn(" {n} more file could not be used.", " {n} more files could not be used.", more)
            if more
            else ""
        )
        why = found.skipped[0].sentence
        return tr(
            "{name} holds no DICOM image that can be opened: {why}{others}",
            name=name,
            why=why,
            others=others,
        )
    reasons = ", ".join(
        tr("{count} {reason}", count=count, reason=tr(reason))
        for reason, count in found.counts.most_common()
    )
    return tr("{name} holds no DICOM image ({reasons}).", name=name, reasons=reasons)
