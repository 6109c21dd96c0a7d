"""Readings and agreement as plain values for JSON, and as text for a terminal."""

from collections.abc import Sequence
from typing import Any

from ichviewer.language import figure, tr, tr_later
from ichviewer.reading.agreement import NOT_ACCURACY, Agreement
from ichviewer.reading.conflict import are_opposite
from ichviewer.reading.plain import to_plain
from ichviewer.reading.record import Reading, Verdict
from ichviewer.reading.replay import Replay
from ichviewer.reading.status import status_of
from ichviewer.report.summary import DISCLAIMER
from ichviewer.report.table import table

_LIST_HEAD = (
    *(
        tr_later("study"),
        tr_later("last change (UTC)"),
        tr_later("state"),
        tr_later("answers"),
        tr_later("decisions"),
        tr_later("key images"),
    ),
    *(tr_later("measurements"), tr_later("strokes"), tr_later("draft")),
)
AGREEMENT_HEAD = (
    *(
        tr_later("month"),
        tr_later("scanner"),
        tr_later("series"),
        tr_later("agreed"),
        tr_later("both present"),
        tr_later("both absent"),
    ),
    *(
        tr_later("only reader"),
        tr_later("only AI"),
        tr_later("reader unsure"),
        tr_later("AI unsure"),
    ),
)


def summarize_reading(read: Replay) -> dict[str, Any]:
    """How much a reading holds, and since when."""
    reading = read.history.reading
    return {
        "study": read.study,
        "first": read.first_time,
        "last": read.last_time,
        "status": str(status_of(reading, bool(read.first_time))),
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
        "conflicts": _conflicts(read),
        "can_undo": len(read.history.done),
        "can_redo": len(read.history.undone),
        "reading": to_plain(read.history.reading),
    }


def _conflicts(read: Replay) -> dict[str, Any]:
    """Where reader and AI contradicted each other: on whole series, and on single lesions."""
    return {
        "series": [
            {
                "series_key": one.series_key,
                "reader": str(one.answer.presence),
                "ai": str(one.ai_presence),
            }
            for one in read.comparisons
            if are_opposite(one.answer.presence, one.ai_presence)
        ],
        "rejected_lesions": {
            key: to_plain(decision)
            for key, decision in read.history.reading.decisions.items()
            if decision.verdict is Verdict.REJECTED
        },
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
        return tr("No readings are kept here.")
    lines = [table(_LIST_HEAD, map(_list_row, readings))]
    for read in readings:
        lines += [f"{read.study[:8]}: {sentence}" for sentence in read.damages]
    return "\n".join(lines)


def reading_text(read: Replay) -> str:
    """What was decided, in the order in which it stands."""
    lines = [tr(DISCLAIMER), readings_text([read]), *_decided_lines(read.history.reading)]
    lines += [
        tr(
            "Series {key}: reader {reader}, AI {ai} ({models}), {how}, {time}",
            key=one.series_key[:8],
            reader=tr(one.answer.presence),
            ai=tr(one.ai_presence),
            models=", ".join(one.models),
            how=tr("blind") if one.answer.is_blind else tr("AI in view"),
            time=one.time,
        )
        for one in read.comparisons
    ]
    if read.place is not None:
        lines.append(
            tr(
                "Last at series {key}, slice {slice}",
                key=read.place.series_key[:8],
                slice=read.place.cursor_kji[0] + 1,
            )
        )
    return "\n".join(lines)


def agreement_text(counted: Sequence[Agreement]) -> str:
    """The counts of agreement as a table."""
    if not counted:
        return tr("No series has been answered before the AI was shown.")
    counts = table(AGREEMENT_HEAD, map(agreement_row, counted))
    return "\n".join([tr(DISCLAIMER), tr(NOT_ACCURACY), counts])


def agreement_row(one: Agreement) -> tuple[str, ...]:
    """The cells of one month and scanner, as the table's heads say."""
    share = "–"
    if one.share is not None:
        share = tr(
            "{agreed} of {decided} ({share:.0%})",
            agreed=one.agreed,
            decided=one.decided,
            share=one.share,
        )
    counts = (one.both_present, one.both_absent, one.only_reader, one.only_ai)
    unsure = (one.reader_unsure, one.ai_unsure)
    return (one.month, tr(one.scanner), str(one.series), share, *map(str, (*counts, *unsure)))


def _decided_lines(reading: Reading) -> list[str]:
    lines = [
        tr(
            "Series {key}: hemorrhage {presence}, {time}",
            key=key[:8],
            presence=tr(answer.presence),
            time=answer.time,
        )
        for key, answer in reading.answers.items()
    ]
    for key, decision in reading.decisions.items():
        number = key.rpartition(":")[2]
        volume = "" if decision.volume_ml is None else f", {figure(decision.volume_ml, '.1f')} mL"
        lines.append(
            tr(
                "Lesion {number} {kind}, slices {first}-{last}{volume}: {verdict}, {time}",
                number=number,
                kind=tr(decision.kind),
                first=decision.first_slice + 1,
                last=decision.last_slice + 1,
                volume=volume,
                verdict=tr(decision.verdict),
                time=decision.time,
            )
        )
    lines += [
        tr("Key image: series {key}, slice {slice}", key=image.series_key[:8], slice=image.k + 1)
        + (f", {image.note}" if image.note else "")
        for image in reading.key_images.values()
    ]
    return lines


def _list_row(read: Replay) -> tuple[str, ...]:
    said = summarize_reading(read)
    parts = ("answers", "decisions", "key_images", "measurements", "strokes", "draft_characters")
    state = tr("open or interrupted") if read.is_open else tr("closed")
    state = f"{state}, {tr(said['status'])}"
    return (read.study[:8], read.last_time or "–", state, *(str(said[part]) for part in parts))
