"""What the user chose: typed, checked when read, written whole or not at all.

A new choice is a field of `Settings`, its reader in `_parse` and its entry in `write_settings`.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ichviewer.errors import SettingsError

#: A settings file is far smaller; anything larger is not one.
SIZE_LIMIT_BYTES = 64 * 1024
DEVICES = ("auto", "cpu", "gpu")


@dataclass(frozen=True)
class Settings:
    """The user's choices.

    Parameters
    ----------
    device
        Where models run: "auto", "cpu" or "gpu".
    library_folder
        The case library to search, None for the user's own, else the one that ships.
    """

    device: str = "auto"
    library_folder: Path | None = None


def read_settings(file: Path) -> Settings:
    """Settings from a file; the usual ones where there is none. Unknown keys are ignored.

    Raises
    ------
    SettingsError
        The file cannot be read, is no JSON object, is too large, or holds a value that makes no
        sense; the sentence names it.
    """
    try:
        with file.open("rb") as opened:
            text = opened.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"The settings {file} cannot be read: {error.strerror}.") from error
    if len(text) > SIZE_LIMIT_BYTES:
        raise SettingsError(f"The settings {file} are too large to be settings. {_ADVICE}")
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The settings {file} are no valid JSON. {_ADVICE}") from error
    if not isinstance(entries, dict):
        raise SettingsError(f"The settings {file} are no JSON object. {_ADVICE}")
    return _parse(entries, file)


def write_settings(settings: Settings, file: Path) -> None:
    """Replace the settings file; after a power cut either the old or the new one is there."""
    entries = {
        "device": settings.device,
        "library_folder": str(settings.library_folder) if settings.library_folder else None,
    }
    text = json.dumps(entries, indent=2, allow_nan=False) + "\n"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(file, text.encode())
    except OSError as error:
        raise SettingsError(
            f"The settings {file} cannot be written: {error.strerror}. They stay as they were."
        ) from error


_ADVICE = "Correct or delete the file; until then the usual settings apply."


def _parse(entries: dict[str, Any], file: Path) -> Settings:
    readers: dict[str, Callable[[Any], Any]] = {
        "device": _device,
        "library_folder": _folder,
    }
    known: dict[str, Any] = {}
    for entry in fields(Settings):
        if entry.name in entries:
            try:
                known[entry.name] = readers[entry.name](entries[entry.name])
            except (TypeError, ValueError, KeyError) as error:
                raise SettingsError(
                    f"The entry “{entry.name}” of the settings {file} makes no sense: {error}. "
                    f"{_ADVICE}"
                ) from error
    return Settings(**known)


def _device(value: Any) -> str:
    if value not in DEVICES:
        raise ValueError(f"expected one of {', '.join(DEVICES)}")
    return str(value)


def _folder(value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise TypeError("expected the path of a folder")
    return Path(value)


def _replace(file: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "wb") as temporary:
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(name).replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    if os.name == "posix":
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
