"""Readings and agreement as plain values for JSON, and as text for a terminal."""

from collections.abc import Sequence
from typing import Any

from ichviewer.reading.agreement import NOT_ACCURACY, Agreement
from ichviewer.reading.plain import to_plain
from ichviewer.reading.record import Reading
from ichviewer.reading.replay import Replay
from ichviewer.report.summary import DISCLAIMER
from ichviewer.report.table import table

_LIST_HEAD = (
    *("study", "last change (UTC)", "state", "answers", "decisions", "key images"),
    *("measurements", "strokes", "draft"),
)
AGREEMENT_HEAD = (
    *("month", "scanner", "series", "agreed", "both present", "both absent"),
    *("only reader", "only AI", "reader unsure", "AI unsure"),
)


def summarize_reading(read: Replay) -> dict[str, Any]:
    """How much a reading holds, and since when."""
    reading = read.history.reading
    return {
        "study": read.study,
        "first": read.first_time,
        "last": read.last_time,
        "is_open_or_interrupted": read.is_open,
        "answers": len(reading.answers),
        "decisions": len(reading.decisions),
        "key_images": len(reading.key_images),
        "measurements": len(reading.measurements),
        "strokes": len(reading.strokes),
        "draft_characters": sum(map(len, reading.drafts.values())),
        "damages": list(read.damages),
    }


def describe_reading(read: Replay) -> dict[str, Any]:
    """All that a reading holds."""
    return {
        "note": DISCLAIMER,
        **summarize_reading(read),
        "place": to_plain(read.place),
        "comparisons": to_plain(read.comparisons),
        "can_undo": len(read.history.done),
        "can_redo": len(read.history.undone),
        "reading": to_plain(read.history.reading),
    }


def describe_agreement(counted: Sequence[Agreement]) -> dict[str, Any]:
    """The counts of agreement, with what they do not say."""
    return {
        "note": f"{DISCLAIMER}. {NOT_ACCURACY}",
        "agreement": [
            {
                **to_plain(one),
                "series": one.series,
                "decided": one.decided,
                "agreed": one.agreed,
                "share": one.share,
            }
            for one in counted
        ],
    }


def readings_text(readings: Sequence[Replay]) -> str:
    """One line a reading, and what could not be used of it."""
    if not readings:
        return "No readings are kept here."
    lines = [table(_LIST_HEAD, map(_list_row, readings))]
    for read in readings:
        lines += [f"{read.study[:8]}: {sentence}" for sentence in read.damages]
    return "\n".join(lines)


def reading_text(read: Replay) -> str:
    """What was decided, in the order in which it stands."""
    lines = [DISCLAIMER, readings_text([read]), *_decided_lines(read.history.reading)]
    lines += [
        f"Series {one.series_key[:8]}: reader {one.answer.presence}, AI {one.ai_presence} "
        f"({', '.join(one.models)}), {'blind' if one.answer.is_blind else 'AI in view'}, {one.time}"
        for one in read.comparisons
    ]
    if read.place is not None:
        lines.append(
            f"Last at series {read.place.series_key[:8]}, slice {read.place.cursor_kji[0] + 1}"
        )
    return "\n".join(lines)


def agreement_text(counted: Sequence[Agreement]) -> str:
    """The counts of agreement as a table."""
    if not counted:
        return "No series has been answered before the AI was shown."
    return "\n".join([DISCLAIMER, NOT_ACCURACY, table(AGREEMENT_HEAD, map(agreement_row, counted))])


def agreement_row(one: Agreement) -> tuple[str, ...]:
    """The cells of one month and scanner, as the table's heads say."""
    share = "–" if one.share is None else f"{one.agreed} of {one.decided} ({one.share:.0%})"
    counts = (one.both_present, one.both_absent, one.only_reader, one.only_ai)
    unsure = (one.reader_unsure, one.ai_unsure)
    return (one.month, one.scanner, str(one.series), share, *map(str, (*counts, *unsure)))


def _decided_lines(reading: Reading) -> list[str]:
    lines = [
        f"Series {key[:8]}: hemorrhage {answer.presence}, {answer.time}"
        for key, answer in reading.answers.items()
    ]
    for key, decision in reading.decisions.items():
        number = key.rpartition(":")[2]
        slices = f"slices {decision.first_slice + 1}-{decision.last_slice + 1}"
        volume = "" if decision.volume_ml is None else f", {decision.volume_ml:.1f} mL"
        lines.append(
            f"Lesion {number} {decision.kind}, {slices}{volume}: {decision.verdict}, "
            f"{decision.time}"
        )
    lines += [
        f"Key image: series {image.series_key[:8]}, slice {image.k + 1}"
        + (f", {image.note}" if image.note else "")
        for image in reading.key_images.values()
    ]
    return lines


def _list_row(read: Replay) -> tuple[str, ...]:
    said = summarize_reading(read)
    parts = ("answers", "decisions", "key_images", "measurements", "strokes", "draft_characters")
    state = "open or interrupted" if read.is_open else "closed"
    return (read.study[:8], read.last_time or "–", state, *(str(said[part]) for part in parts))
