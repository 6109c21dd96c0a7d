"""Folders of the search index: each generation is written once, then named by `current`."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ichviewer.errors import LibraryError
from ichviewer.language import tr

_PREFIX = "generation-"
_POINTER = "current"
_COPY_BYTES = 1 << 20


def current_generation(folder: Path) -> Path:
    """The generation that `current` names; raises OSError or ValueError where it names none."""
    name = (folder / _POINTER).read_text("ascii").strip()
    if not name.startswith(_PREFIX) or Path(name).name != name:
        raise ValueError("the pointer leaves the folder")
    return folder / name


@contextmanager
def new_generation(folder: Path) -> Iterator[Path]:
    """A folder to fill. It becomes the current one when the block ends; else it is removed.

    Raises
    ------
    LibraryError
        Where the block or the switch meets an OSError.
    """
    generation = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        generation = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        generation.chmod(0o755)
        yield generation
        write_durably(folder / _POINTER, generation.name.encode())
    except BaseException as error:
        if generation is not None:
            shutil.rmtree(generation, ignore_errors=True)
        if isinstance(error, OSError):
            raise LibraryError(
                tr(
                    "The search index cannot be written to {folder}. Check free space and "
                    "permissions; searching goes on without it.",
                    folder=folder,
                )
            ) from error
        raise


def remove_old_generations(folder: Path, seconds: float) -> None:
    """Remove all but the current one that are as old; younger ones may still be in use."""
    current = current_generation(folder)
    for other in folder.glob(_PREFIX + "*"):
        if other != current and time.time() - other.stat().st_mtime >= seconds:
            shutil.rmtree(other, ignore_errors=True)


def write_durably(path: Path, content: bytes) -> None:
    """Put a whole file in place at once, on the disk and not only in its cache."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_bytes(content)
    make_durable(new)
    new.replace(path)
    if os.name == "posix":
        holder = os.open(path.parent, os.O_RDONLY)
        os.fsync(holder)
        os.close(holder)


def make_durable(path: Path) -> None:
    """Push a file's content to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def copy_verified(path: Path, copy: Path, size: int, sha256: str) -> None:
    """Copy a file; raises ValueError unless just the bytes that are promised were copied."""
    digest = hashlib.sha256()
    with path.open("rb") as source, copy.open("xb") as target:
        if os.fstat(source.fileno()).st_size != size:
            raise ValueError(f"{path.name} has another size than the manifest says")
        while block := source.read(_COPY_BYTES):
            digest.update(block)
            target.write(block)
    if digest.hexdigest() != sha256:
        raise ValueError(f"{path.name} is not what the manifest says")
