"""Agreement of reader and AI, counted by hand."""

import csv
import io

import pytest

from ichviewer.reading.agreement import agreement_csv, count_agreement
from ichviewer.reading.record import Presence
from tests.reading.samples import comparison

PRESENT, ABSENT, UNSURE = Presence.PRESENT, Presence.ABSENT, Presence.UNSURE


def test_counts_by_month_and_scanner() -> None:
    said = [
        (PRESENT, PRESENT, "One", "2026-11"), (PRESENT, PRESENT, "One", "2026-11"),
        (PRESENT, ABSENT, "One", "2026-11"), (ABSENT, PRESENT, "One", "2026-11"),
        (ABSENT, ABSENT, "One", "2026-11"), (UNSURE, PRESENT, "One", "2026-11"),
        (UNSURE, UNSURE, "One", "2026-11"), (PRESENT, UNSURE, "One", "2026-11"),
        (ABSENT, ABSENT, "Two", "2026-11"), (PRESENT, PRESENT, "One", "2026-10"),
    ]  # fmt: skip
    october, one, two = count_agreement(
        comparison(presence, ai, f"s{n}", scanner=scanner, time=f"{month}-05T08:00:00.000Z")
        for n, (presence, ai, scanner, month) in enumerate(said)
    )
    assert (october.month, one.scanner, two.scanner) == ("2026-10", "Maker One", "Maker Two")
    counts = (one.both_present, one.only_reader, one.only_ai, one.both_absent)
    assert counts == (2, 1, 1, 1)
    assert (one.reader_unsure, one.ai_unsure) == (2, 1)
    assert (one.series, one.decided, one.agreed) == (8, 5, 3)
    assert one.share == pytest.approx(0.6)


def test_only_answers_given_blind_count() -> None:
    assert count_agreement([comparison(is_blind=False)]) == ()


def test_a_series_counts_once_with_its_first_answer() -> None:
    later = comparison(ABSENT, time="2026-11-22T09:00:00.000Z")
    (counted,) = count_agreement([later, comparison(PRESENT)])
    assert (counted.decided, counted.both_present) == (1, 1)
    # An answer that was first given with the AI in view is not blind the second time.
    assert count_agreement([later, comparison(is_blind=False)]) == ()


def test_without_a_sure_answer_there_is_no_share() -> None:
    (counted,) = count_agreement([comparison(UNSURE, manufacturer="", scanner="")])
    assert counted.share is None
    assert counted.scanner == "unknown scanner"


def test_csv_is_harmless_and_complete() -> None:
    text = agreement_csv(count_agreement([comparison(manufacturer="=cmd|' /C calc'!A0")]))
    head, row = csv.reader(io.StringIO(text))
    entry = dict(zip(head, row, strict=True))
    assert entry["scanner"].startswith("'=cmd")
    assert entry["agreed percent"] == "100.0"
    assert (entry["series"], entry["both present"], entry["only AI"]) == ("1", "1", "0")
