"""The settings file: read with a sentence for every trouble, written whole or not at all."""

import contextlib
import json
import os
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

from ichviewer.errors import SettingsError
from ichviewer.language import tr
from ichviewer.settings.choices import Settings
from ichviewer.settings.entries import READERS

#: A settings file is far smaller; anything larger is not one.
SIZE_LIMIT_BYTES = 64 * 1024


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
        raise SettingsError(
            tr("The settings {file} cannot be read: {why}.", file=file, why=error.strerror)
        ) from error
    if len(text) > SIZE_LIMIT_BYTES:
        raise SettingsError(
            _advised(tr("The settings {file} are too large to be settings.", file=file))
        )
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            _advised(tr("The settings {file} are no valid JSON.", file=file))
        ) from error
    if not isinstance(entries, dict):
        raise SettingsError(_advised(tr("The settings {file} are no JSON object.", file=file)))
    return _parse(entries, file)


def write_settings(settings: Settings, file: Path) -> None:
    """Replace the settings file; after a power cut either the old or the new one is there."""
    entries = {
        "device": settings.device,
        "library_folder": str(settings.library_folder) if settings.library_folder else None,
        "operating_point": settings.operating_point,
        "theme": settings.theme,
        "language": settings.language,
        "mouse_scheme": settings.mouse_scheme,
        "own_mouse": dict(settings.own_mouse),
        "keys": {name: list(keys) for name, keys in settings.keys.items()},
        "presets": [
            {"name": w.name, "center_hu": w.center, "width_hu": w.width} for w in settings.presets
        ],
        "window_sensitivity": settings.window_sensitivity,
        "cine_hz": settings.cine_hz,
        "is_cine_to_and_fro": settings.is_cine_to_and_fro,
        "type_opacity": dict(settings.type_opacity),
        "is_read_then_reveal": settings.is_read_then_reveal,
        "is_introduced": settings.is_introduced,
        "window_px": settings.window_px,
        "is_maximized": settings.is_maximized,
        "is_reading_ahead": settings.is_reading_ahead,
        "is_private": settings.is_private,
        "recent": [str(path) for path in settings.recent],
    }
    text = json.dumps(entries, indent=2, allow_nan=False) + "\n"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(file, text.encode())
    except OSError as error:
        raise SettingsError(
            tr(
                "The settings {file} cannot be written: {why}. They stay as they were.",
                file=file,
                why=error.strerror,
            )
        ) from error


def _advised(sentence: str) -> str:
    advice = tr("Correct or delete the file; until then the usual settings apply.")
    return f"{sentence} {advice}"


def _parse(entries: dict[str, Any], file: Path) -> Settings:
    known: dict[str, Any] = {}
    for entry in fields(Settings):
        if entry.name in entries:
            try:
                known[entry.name] = READERS[entry.name](entries[entry.name])
            except (TypeError, ValueError, KeyError) as error:
                raise SettingsError(
                    _advised(
                        tr(
                            "The entry “{name}” of the settings {file} makes no sense: {why}.",
                            name=entry.name,
                            file=file,
                            why=error,
                        )
                    )
                ) from error
    return Settings(**known)


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
