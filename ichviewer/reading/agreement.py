"""How often reader and AI agreed: counts by month and scanner, from the journals of one place.

Only answers that were given while the AI was hidden count, each as it stood when the AI was
shown. Agreement is not accuracy: it does not say who was right.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ichviewer.language import tr_later
from ichviewer.reading.record import Comparison, Presence

NOT_ACCURACY = tr_later("Agreement is not accuracy: it does not say who was right.")
UNKNOWN = tr_later("unknown scanner")
_COLUMNS = (
    *("month", "scanner", "series", "agreed", "agreed percent"),
    *("both present", "both absent", "only reader", "only AI", "reader unsure", "AI unsure"),
)
#: The field of `Agreement` that a pair of reader's and AI's answers counts in.
_OUTCOMES = {
    (Presence.PRESENT, Presence.PRESENT): "both_present",
    (Presence.ABSENT, Presence.ABSENT): "both_absent",
    (Presence.PRESENT, Presence.ABSENT): "only_reader",
    (Presence.ABSENT, Presence.PRESENT): "only_ai",
    (Presence.PRESENT, Presence.UNSURE): "ai_unsure",
    (Presence.ABSENT, Presence.UNSURE): "ai_unsure",
}


@dataclass(frozen=True)
class Agreement:
    """Counts of one month and scanner.

    Parameters
    ----------
    month
        YYYY-MM of the comparison, UTC.
    scanner
        Manufacturer and model, as the series says.
    both_present, both_absent, only_reader, only_ai
        Series by what reader and AI said; "only" is present for one, absent for the other.
    reader_unsure, ai_unsure
        Series for which the reader, else the AI, was unsure; they count neither as agreement nor
        against it.
    """

    month: str
    scanner: str
    both_present: int = 0
    both_absent: int = 0
    only_reader: int = 0
    only_ai: int = 0
    reader_unsure: int = 0
    ai_unsure: int = 0

    @property
    def decided(self) -> int:
        """Series for which reader and AI were sure."""
        return self.both_present + self.both_absent + self.only_reader + self.only_ai

    @property
    def series(self) -> int:
        """All series."""
        return self.decided + self.reader_unsure + self.ai_unsure

    @property
    def agreed(self) -> int:
        """Series for which reader and AI said the same."""
        return self.both_present + self.both_absent

    @property
    def share(self) -> float | None:
        """Agreed of decided, 0-1; None where nothing was decided."""
        return self.agreed / self.decided if self.decided else None


def count_agreement(comparisons: Iterable[Comparison]) -> tuple[Agreement, ...]:
    """Counts by month and scanner, in that order.

    A series that was compared more than once counts with the first time, before the AI was known.
    """
    first: dict[str, Comparison] = {}
    for comparison in sorted(comparisons, key=lambda one: one.time):
        first.setdefault(comparison.series_key, comparison)
    counted: dict[tuple[str, str], Agreement] = {}
    for comparison in first.values():
        if comparison.answer.is_blind:
            group = comparison.time[:7], scanner_of(comparison)
            counted[group] = _counted(counted.get(group, Agreement(*group)), comparison)
    return tuple(counted[group] for group in sorted(counted))


def scanner_of(comparison: Comparison) -> str:
    """Manufacturer and model in one."""
    return " ".join(x for x in (comparison.manufacturer, comparison.scanner) if x) or UNKNOWN


def agreement_csv(counted: Iterable[Agreement]) -> str:
    """The counts as CSV with a header line, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in counted:
        share = "" if one.share is None else f"{100 * one.share:.1f}"
        writer.writerow(
            [
                *(one.month, _harmless(one.scanner), one.series),
                *(one.agreed, share, one.both_present, one.both_absent),
                *(one.only_reader, one.only_ai, one.reader_unsure, one.ai_unsure),
            ]
        )
    return text.getvalue()


def _counted(group: Agreement, one: Comparison) -> Agreement:
    name = _OUTCOMES.get((one.answer.presence, one.ai_presence), "reader_unsure")
    return replace(group, **{name: getattr(group, name) + 1})


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
