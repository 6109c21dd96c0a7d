"""The words a reader sees, in the language that was chosen; English is the source.

Each text stands in the code in English, inside `tr` or `trn`; catalogues in `resources/languages`
(GNU gettext) hold it in another language. What a catalogue lacks stays English.
"""

from __future__ import annotations

import gettext
import json
import locale
import os
import string
from numbers import Real
from pathlib import Path
from typing import Any

DOMAIN = "ichviewer"
#: What can be spoken; English needs no catalogue.
LANGUAGES = ("en", "de")
#: Of decimals and of thousands, where they are not as in English.
_MARKS = {"de": str.maketrans(".,", ",.")}
_chosen: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str, folder: Path) -> None:
    """Speak the language `code` (`en`, `de`, or `system`) from the catalogues in `folder`.

    Like a locale it holds for the whole process. A language without a catalogue is English: a
    station with a damaged folder still starts.
    """
    global _chosen  # noqa: PLW0603
    wanted = system_language() if code == "system" else code
    _chosen = gettext.translation(DOMAIN, folder, [wanted], fallback=True)


def language_in(settings: Path) -> str:
    """The language that a settings file names, whatever else is in it; `system` where none."""
    try:
        named = json.loads(settings.read_bytes())["language"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return "system"
    return named if named in LANGUAGES else "system"


def system_language() -> str:
    """The language of the system, where it can be spoken; else English."""
    # As GNU gettext asks; systems without these variables name it to Python's own locale.
    names = (os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, names), locale.getlocale()[0] or "")
    code = "de" if name.startswith("German") else name[:2].lower()
    return code if code in LANGUAGES else "en"


def chosen_language() -> str:
    """The code of the language that is spoken."""
    return _chosen.info().get("language", "en")


def figure(value: Real | float, spec: str) -> str:
    """A number by a format specification, with the decimal mark of the chosen language.

    For readers only: what machines read keeps the point.
    """
    return format(value, spec).translate(_MARKS.get(chosen_language(), {}))


class _Places(string.Formatter):
    """Fills the places of a text; numbers are written as the language writes them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Real):
            return figure(value, format_spec)
        return format(value, format_spec)


_PLACES = _Places()


def tr(text: str, /, **values: object) -> str:
    """`text` in the chosen language, its `{named}` places filled with `values`."""
    said = _chosen.gettext(text) if text else text
    return _PLACES.format(said, **values) if values else said


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """As `tr`, by number: `trn("{n} slice", "{n} slices", n)`."""
    return _PLACES.format(_chosen.ngettext(one, many, n), n=n, **values)


def tr_later(text: str) -> str:
    """`text` itself, marked for the catalogues: `tr` says it where it is shown.

    For constants and for words that are also stored, compared or written for machines.
    """
    return text
