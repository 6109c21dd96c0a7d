"""The words a reader sees, in the language that was chosen; English is the source.

Each text stands in the code in English, inside `tr` or `trn`; catalogues in `resources/languages`
(GNU gettext) hold it in another language. What a catalogue lacks stays English.
"""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "ichviewer"
_chosen: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str, folder: Path) -> None:
    """Speak the language `code` (`en`, `de`) from the catalogues in `folder`.

    Like a locale it holds for the whole process. Raises FileNotFoundError where there is no such
    catalogue.
    """
    global _chosen  # noqa: PLW0603
    if code == "en":
        _chosen = gettext.NullTranslations()
    else:
        _chosen = gettext.translation(DOMAIN, folder, [code])


def tr(text: str, /, **values: object) -> str:
    """`text` in the chosen language, its `{named}` places filled with `values`."""
    said = _chosen.gettext(text) if text else text
    return said.format(**values) if values else said


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """As `tr`, by number: `trn("{n} slice", "{n} slices", n)`."""
    return _chosen.ngettext(one, many, n).format(n=n, **values)


def tr_later(text: str) -> str:
    """`text` itself, marked for the catalogues: `tr` says it where it is shown.

    For constants and for words that are also stored, compared or written for machines.
    """
    return text
