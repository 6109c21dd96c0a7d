"""Where a file's bytes come from: a file of its own, or a member of a ZIP archive."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

#: No file is kept from being opened.
NO_FILES: Mapping[Path, str] = MappingProxyType({})


@contextmanager
def open_source(path: Path, member: str = "") -> Iterator[tuple[BinaryIO, int]]:
    """An open file and its size in bytes.

    Parameters
    ----------
    path
        The file, or the archive.
    member
        Name inside the archive; empty for a file of its own.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        yield file, size
