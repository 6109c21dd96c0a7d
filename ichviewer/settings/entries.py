"""The entries of a settings file, each checked when it is read and typed from then on.

A new choice is a field of `Settings`, its reader here and its entry in `write_settings`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import tr
from ichviewer.settings.choices import (
    CENTER_RANGE_HU,
    CINE_RANGE_HZ,
    DEVICES,
    LANGUAGE_CHOICES,
    MOST_RECENT,
    OPACITY_RANGE,
    OPERATING_POINTS,
    SENSITIVITY_RANGE,
    THEMES,
    WIDTH_RANGE_HU,
)

#: No desktop reaches farther.
_DESKTOP_PX = (-1e6, 1e6)


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


#: What reads each field of `Settings`; raises TypeError, ValueError or KeyError, saying why.
READERS: Mapping[str, Callable[[Any], Any]] = {
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
