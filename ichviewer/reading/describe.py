"""Readings in plain values, ready for JSON."""

from typing import Any

from ichviewer.reading.agreement import NOT_ACCURACY, Agreement
from ichviewer.reading.plain import to_plain
from ichviewer.reading.replay import Replay


def summarize(read: Replay) -> dict[str, Any]:
    """One line about a reading."""
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


def describe(read: Replay) -> dict[str, Any]:
    """All that a reading holds."""
    return {
        **summarize(read),
        "place": to_plain(read.place),
        "comparisons": to_plain(read.comparisons),
        "can_undo": len(read.history.done),
        "can_redo": len(read.history.undone),
        "reading": to_plain(read.history.reading),
    }


def describe_agreement(counted: tuple[Agreement, ...]) -> dict[str, Any]:
    """The counts of agreement, with what they do not say."""
    return {
        "note": NOT_ACCURACY,
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
