"""What the user chose: typed, checked when read, written whole or not at all.

A new choice is a field of `Settings`, its reader in `_parse` and its entry in `write_settings`.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from ichviewer.errors import SettingsError
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import LANGUAGES, tr, tr_later

#: A settings file is far smaller; anything larger is not one.
SIZE_LIMIT_BYTES = 64 * 1024
DEVICES = ("auto", "cpu", "gpu")
OPERATING_POINTS = ("sensitive", "balanced", "specific")
THEMES = (tr_later("dark"), tr_later("light"))
#: "system" is the system's own, where the program speaks it, else English.
LANGUAGE_CHOICES = ("system", *LANGUAGES)
#: How much faster than usual a drag may change the window, and how fast a film may run.
SENSITIVITY_RANGE = (0.2, 5.0)
CINE_RANGE_HZ = (1.0, 60.0)
#: How strongly one type may be overlaid at least and at most, as a share of all.
OPACITY_RANGE = (0.1, 1.0)
#: The widest and narrowest window that can be a preset, in HU.
WIDTH_RANGE_HU = (1.0, 20000.0)
CENTER_RANGE_HU = (-32768.0, 32767.0)
#: How many of the places that were opened last are remembered.
MOST_RECENT = 8
#: No desktop reaches farther.
_DESKTOP_PX = (-1e6, 1e6)


@dataclass(frozen=True)
class Settings:
    """The user's choices.

    Parameters
    ----------
    device
        Where models run: "auto", "cpu" or "gpu".
    library_folder
        The case library to search, None for the user's own, else the one that ships.
    operating_point
        How readily the models say that something is there: "sensitive", "balanced" or "specific".
    theme
        "dark" or "light"; images are on black in both.
    language
        "system", "en" or "de"; in effect from the next start on.
    mouse_scheme
        Name of the mouse scheme; one that the program does not know counts as the first.
    own_mouse
        What the reader's own scheme does, by gesture ("Ctrl+Wheel": "zoom").
    keys
        The reader's own keys by the name of the action; actions without an entry have the usual.
    presets
        The windows on the number keys, from 1 on.
    window_sensitivity
        How many times the usual a drag changes the window.
    cine_hz
        Slices per second of a running film.
    is_cine_to_and_fro
        Whether a film turns round at the ends instead of starting again.
    type_opacity
        What single types get of the overlay's opacity, by their word ("subdural": 0.4); all of it
        without an entry.
    is_read_then_reveal
        Whether the AI stays hidden until the reader has answered.
    is_introduced
        Whether the reader has begun from the page of the first start.
    window_px
        Where the window was left: left, top, width and height; None before it was ever closed.
    is_maximized
        Whether it filled its screen.
    is_reading_ahead
        Whether the models read waiting studies while nothing else is to be done.
    is_private
        Whether the program remembers nothing of what was opened.
    recent
        The places that were opened last, the latest first.
    """

    device: str = "auto"
    library_folder: Path | None = None
    operating_point: str = "balanced"
    theme: str = "dark"
    language: str = "system"
    mouse_scheme: str = "PACS"
    own_mouse: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    presets: tuple[Window, ...] = tuple(PRESETS.values())
    window_sensitivity: float = 1.0
    cine_hz: float = 10.0
    is_cine_to_and_fro: bool = False
    type_opacity: Mapping[str, float] = field(default_factory=dict)
    is_read_then_reveal: bool = False
    is_introduced: bool = False
    window_px: tuple[int, int, int, int] | None = None
    is_maximized: bool = False
    is_reading_ahead: bool = False
    is_private: bool = False
    recent: tuple[Path, ...] = ()


def with_opened(settings: Settings, places: Sequence[Path]) -> Settings:
    """The settings after something was opened: it is remembered, unless they are private."""
    if settings.is_private:
        return settings
    recent = tuple(dict.fromkeys((*places, *settings.recent)))
    return replace(settings, recent=recent[:MOST_RECENT])


def with_privacy(settings: Settings, is_private: bool) -> Settings:
    """The settings with the private mode on or off; turning it on forgets what was opened."""
    return replace(settings, is_private=is_private, recent=() if is_private else settings.recent)


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
    readers: dict[str, Callable[[Any], Any]] = {
        "device": _device,
        "library_folder": _folder,
        "operating_point": _operating_point,
        "theme": _theme,
        "language": _language,
        "mouse_scheme": _word,
        "own_mouse": _words_by_word,
        "keys": _keys,
        "presets": _presets,
        "window_sensitivity": partial(_number, limits=SENSITIVITY_RANGE),
        "cine_hz": partial(_number, limits=CINE_RANGE_HZ),
        "is_cine_to_and_fro": _switch,
        "type_opacity": _shares,
        "is_read_then_reveal": _switch,
        "is_introduced": _switch,
        "window_px": _rectangle,
        "is_maximized": _switch,
        "is_reading_ahead": _switch,
        "is_private": _switch,
        "recent": _paths,
    }
    known: dict[str, Any] = {}
    for entry in fields(Settings):
        if entry.name in entries:
            try:
                known[entry.name] = readers[entry.name](entries[entry.name])
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


def _device(value: Any) -> str:
    if value not in DEVICES:
        raise ValueError(tr("expected one of {words}", words=", ".join(DEVICES)))
    return str(value)


def _operating_point(value: Any) -> str:
    if value not in OPERATING_POINTS:
        raise ValueError(tr("expected one of {words}", words=", ".join(OPERATING_POINTS)))
    return str(value)


def _folder(value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise TypeError(tr("expected the path of a folder"))
    return Path(value)


def _paths(value: Any) -> tuple[Path, ...]:
    if not isinstance(value, list) or len(value) > MOST_RECENT:
        raise TypeError(tr("expected a list of at most {count} paths", count=MOST_RECENT))
    return tuple(Path(_word(path)) for path in value)


def _theme(value: Any) -> str:
    if value not in THEMES:
        raise ValueError(tr("expected one of {words}", words=", ".join(THEMES)))
    return str(value)


def _language(value: Any) -> str:
    if value not in LANGUAGE_CHOICES:
        raise ValueError(tr("expected one of {words}", words=", ".join(LANGUAGE_CHOICES)))
    return str(value)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(tr("expected a word"))
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(tr("expected true or false"))
    return value


def _number(value: Any, limits: tuple[float, float]) -> float:
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(tr("expected a number from {low:g} to {high:g}", low=low, high=high))
    return float(value)


def _rectangle(value: Any) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    left, top, width, height = (int(_number(part, _DESKTOP_PX)) for part in value)
    if width < 1 or height < 1:
        raise ValueError(tr("expected a width and a height"))
    return left, top, width, height


def _words_by_word(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(tr("expected a table of words"))
    return {_word(name): _word(entry) for name, entry in value.items()}


def _shares(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise TypeError(tr("expected a table of numbers"))
    return {_word(name): _number(entry, OPACITY_RANGE) for name, entry in value.items()}


def _keys(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not all(isinstance(keys, list) for keys in value.values()):
        raise TypeError(tr("expected a table with a list of keys for each action"))
    return {_word(name): tuple(_word(key) for key in keys) for name, keys in value.items()}


def _presets(value: Any) -> tuple[Window, ...]:
    if not isinstance(value, list) or len(value) != len(PRESETS):
        raise TypeError(tr("expected a list of {n} windows", n=len(PRESETS)))
    return tuple(
        Window(
            _number(entry["center_hu"], CENTER_RANGE_HU),
            _number(entry["width_hu"], WIDTH_RANGE_HU),
            _word(entry["name"]),
        )
        for entry in value
    )


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
