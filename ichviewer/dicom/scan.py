"""A folder to studies and series: headers only, every file looked at once.

Files are sniffed before they are parsed, links are not followed, and a file that cannot be used
is counted by its reason; one bad file never hides the others.
"""

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.uid import UID

from ichviewer.dicom.geometry import split_stacks
from ichviewer.dicom.image import FRAME_LIMIT, Image, images_of
from ichviewer.dicom.part10 import DamagedFile, FileHeader, NotPart10, read_header
from ichviewer.dicom.pixels import fingerprint, layout_problem
from ichviewer.dicom.series import study_of
from ichviewer.dicom.source import NO_FILES, open_source
from ichviewer.dicom.study import Instance, ScanResult, Skipped, Study
from ichviewer.dicom.tags import Header, clean_text
from ichviewer.errors import NotDicomError
from ichviewer.progress import Progress, opening, silent

_DICOMDIR = "1.2.840.10008.1.3.10"


class _SkipError(Exception):
    """A file is left out: reason (counted) and sentence."""

    def __init__(self, reason: str, sentence: str = "") -> None:
        super().__init__(reason)
        self.reason, self.sentence = reason, sentence


@dataclass
class _Found:
    """What a scan has met so far."""

    images: list[Image] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    files: int = 0

    def skip(self, path: Path, why: _SkipError) -> None:
        self.counts[why.reason] += 1
        if why.sentence:
            self.skipped.append(Skipped(path, why.reason, why.sentence))


def scan_folder(
    folder: Path, progress: Progress = silent, excluded: Mapping[Path, str] = NO_FILES
) -> ScanResult:
    """All readable images below a folder, grouped into studies and series.

    Parameters
    ----------
    folder
        A folder, searched with all its folders, or one file.
    progress
        Called once per file; the total is unknown until the folder has been walked.
    excluded
        Files that must not be opened, each with the words that say why ("took longer ...").

    Raises
    ------
    NotDicomError
        The path is missing or holds no DICOM image; the text says which.
    """
    if not folder.exists():
        raise NotDicomError(f"{clean_text(str(folder))} does not exist.")
    found = _Found()
    paths = []
    for path in _walk(folder, found):
        paths.append(path)
        if len(paths) % 256 == 0:
            progress(0, 0, "Looking for files")
    for done, path in enumerate(paths):
        progress(done, len(paths), "Reading headers")
        found.files += 1
        if path in excluded:
            found.skip(path, _SkipError("stopped the reader", _sentence(path, excluded)))
            continue
        opening(progress, path)
        try:
            found.images.extend(_read_file(path))
        except _SkipError as why:
            found.skip(path, why)
    progress(len(paths), len(paths), "Reading headers")
    if not found.images:
        raise NotDicomError(_nothing(folder, found))
    return ScanResult(
        folder, _studies(found), tuple(found.skipped), dict(found.counts), found.files
    )


def _sentence(path: Path, excluded: Mapping[Path, str]) -> str:
    return f"{clean_text(path.name)} {excluded[path]}."


def _walk(folder: Path, found: _Found) -> Iterator[Path]:
    """All regular files below a folder in a stable order; links are counted, not followed."""
    if not folder.is_dir():
        yield folder
        return
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            sentence = f"{clean_text(current.name)} cannot be opened ({error.strerror})."
            found.skip(current, _SkipError("no permission", sentence))
            continue
        folders = []
        for entry in ordered:
            path = Path(entry.path)
            try:
                mode = entry.stat(follow_symlinks=False).st_mode
            except OSError:
                found.skip(path, _SkipError("unreadable"))
                continue
            if stat.S_ISLNK(mode):
                found.skip(path, _SkipError("link"))
            elif stat.S_ISDIR(mode):
                folders.append(path)
            elif stat.S_ISREG(mode):
                yield path
            else:
                found.skip(path, _SkipError("not a file"))
        pending.extend(reversed(folders))


def _read_file(path: Path, member: str = "") -> tuple[Image, ...]:
    """The images of one file.

    Raises
    ------
    _SkipError
        With the reason and, for DICOM files, the sentence.
    """
    instance = Instance(path, member=member)
    name = clean_text(instance.name)
    try:
        with open_source(path, member) as (file, size):
            if size == 0:
                raise _SkipError("empty file")
            header = read_header(file, size)
    except NotPart10:
        raise _SkipError("not DICOM") from None
    except DamagedFile as error:
        raise _SkipError("damaged", f"{name} {error}.") from error
    except PermissionError as error:
        raise _SkipError("no permission", f"{name} may not be read.") from error
    except OSError as error:
        raise _SkipError("unreadable", f"{name} cannot be read ({error.strerror}).") from error
    _check_class(header, name)
    images = _images(header, instance, name)
    problem = layout_problem(images[0].layout, header.pixels)
    if problem:
        raise _SkipError(
            "damaged" if "cut short" in problem else "unsupported", f"{name} {problem}."
        )
    return images


def _images(header: FileHeader, instance: Instance, name: str) -> tuple[Image, ...]:
    frames = Header([header.dataset]).whole("NumberOfFrames")
    if frames is not None and not 1 <= frames <= FRAME_LIMIT:
        raise _SkipError("damaged", f"{name} claims {frames:,} frames.")
    return images_of(header, instance)


def _check_class(header: FileHeader, name: str) -> None:
    """Tell images from the other objects that a folder holds."""
    dataset = Header([header.dataset])
    sop_class = dataset.code("SOPClassUID")
    if "DirectoryRecordSequence" in header.dataset or sop_class == _DICOMDIR:
        raise _SkipError("DICOMDIR")
    if header.pixels is None and not dataset.has("Rows"):
        kind = UID(sop_class).name if sop_class else ""
        kind = clean_text(kind.removesuffix(" Storage")) or "no DICOM object of a known kind"
        raise _SkipError("not an image", f"{name} is not an image ({kind}).")


def _studies(found: _Found) -> tuple[Study, ...]:
    stacks = split_stacks(found.images, fingerprint)
    by_study = defaultdict(list)
    for stack in stacks:
        label = stack.images[0].patient
        by_study[label.study_uid, label.patient_id].append(stack)
    return tuple(study_of(group) for group in by_study.values())


def _nothing(folder: Path, found: _Found) -> str:
    name = clean_text(folder.name or str(folder))
    if not found.files and not found.counts:
        return f"{name} is empty."
    if found.skipped:
        more = len(found.skipped) - 1
        others = f" {more} more files could not be used." if more else ""
        return (
            f"{name} holds no DICOM image that can be opened: {found.skipped[0].sentence}{others}"
        )
    reasons = ", ".join(f"{count} {reason}" for reason, count in found.counts.most_common())
    return f"{name} holds no DICOM image ({reasons})."
