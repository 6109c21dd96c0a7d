"""Which files a folder or a ZIP archive holds, and their bytes.

Links are never followed and nothing is ever unpacked to disk. Archives come from outside: their
members are counted and their sizes and ratios checked before any is opened.
"""

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self, cast

from ichviewer.dicom.walk import DamagedFile
from ichviewer.language import tr, tr_later

#: No file is kept from being opened.
NO_FILES: Mapping[Path, str] = MappingProxyType({})

#: Members of an archive.
MEMBER_LIMIT = 200_000
#: Unpacked bytes of one member, and of all.
MEMBER_BYTES_LIMIT = 1 << 30
ARCHIVE_BYTES_LIMIT = 32 << 30
#: A member may not unpack to more than this many times its packed size; deflate ends at 1032.
RATIO_LIMIT = 500

_ARCHIVE_ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError
)  # fmt: skip

#: Told about every path that is passed over, and the reason that is counted.
PassedOver = Callable[[Path, str], None]


@dataclass(frozen=True)
class Source:
    """A file of its own (member empty), or a member of an archive."""

    path: Path
    member: str = ""

    @property
    def location(self) -> Path:
        """A path that names the file or the member."""
        return self.path / self.member if self.member else self.path


def is_archive(path: Path) -> bool:
    """Whether a path is a ZIP file, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def list_folder(folder: Path, passed_over: PassedOver) -> Iterator[Source]:
    """All regular files below a folder in a stable order."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            passed_over(current, tr_later("no permission"))
            continue
        folders = []
        for entry in ordered:
            path = Path(entry.path)
            kind = _kind(entry)
            if kind == "folder":
                folders.append(path)
            elif kind == "file":
                yield Source(path)
            else:
                passed_over(path, kind)
        pending.extend(reversed(folders))


def _kind(entry: "os.DirEntry[str]") -> str:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return tr_later("unreadable")
    if stat.S_ISLNK(mode):
        return tr_later("link")
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else tr_later("not a file")


def list_archive(archive: Path, passed_over: PassedOver) -> Iterator[Source]:
    """All members of a ZIP file that may be opened.

    Raises
    ------
    DamagedFile
        The archive is broken, or holds too much.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
    except _ARCHIVE_ERRORS as error:
        raise DamagedFile(tr("is a damaged ZIP archive")) from error
    if len(members) > MEMBER_LIMIT:
        raise DamagedFile(tr("is a ZIP archive of more than {most:,} files", most=MEMBER_LIMIT))
    if sum(member.file_size for member in members) > ARCHIVE_BYTES_LIMIT:
        raise DamagedFile(
            tr("unpacks to more than {gibibytes} GiB", gibibytes=ARCHIVE_BYTES_LIMIT >> 30)
        )
    for member in sorted(members, key=lambda member: member.filename):
        reason = _refusal(member)
        if reason:
            passed_over(archive / member.filename, reason)
        elif not member.is_dir():
            yield Source(archive, member.filename)


def _refusal(member: zipfile.ZipInfo) -> str:
    """Why a member is not opened; empty where it may be."""
    name = member.filename.replace("\\", "/")
    checks = (
        (name.startswith("/") or ".." in name.split("/") or ":" in name, tr_later("unsafe name")),
        (stat.S_ISLNK(member.external_attr >> 16), tr_later("link")),
        (member.flag_bits & 0x1, tr_later("encrypted")),
        (member.file_size > MEMBER_BYTES_LIMIT, tr_later("too large")),
        (member.file_size > RATIO_LIMIT * max(member.compress_size, 1024), tr_later("too large")),
    )
    return next((reason for refuse, reason in checks if refuse), "")


class Sources:
    """Opens files and archive members; an archive stays open until the next one or the end."""

    def __init__(self) -> None:
        self._archive: zipfile.ZipFile | None = None
        self._path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @contextmanager
    def open(self, source: Source, whole: bool = False) -> Iterator[tuple[BinaryIO, int]]:
        """An open file and its size in bytes.

        Parameters
        ----------
        whole
            Unpack an archive member as a whole, so that its checksum is verified.

        Raises
        ------
        OSError
            The file cannot be opened.
        DamagedFile
            The archive member cannot be unpacked.
        """
        if not source.member:
            with source.path.open("rb") as file:
                size = file.seek(0, io.SEEK_END)
                file.seek(0)
                yield file, size
            return
        try:
            archive = self._opened(source.path)
            info = archive.getinfo(source.member)
            with io.BytesIO(archive.read(info)) if whole else archive.open(info) as member:
                yield cast(BinaryIO, member), info.file_size
        except (KeyError, *_ARCHIVE_ERRORS) as error:
            raise DamagedFile(tr("cannot be unpacked from its ZIP archive")) from error

    def _opened(self, path: Path) -> zipfile.ZipFile:
        if self._archive is None or self._path != path:
            self._close()
            self._archive, self._path = zipfile.ZipFile(path), path
        return self._archive

    def _close(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None
