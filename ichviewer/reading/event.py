"""Events: the lines of a journal, each whole in itself and checked by itself.

A line is one JSON object: number, UTC time, version of the program, the study's key, the event,
and at its end the checksum of all bytes before it. Nothing else is needed to know whether a line
is whole, whose it is, and where it belongs.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ichviewer.language import tr
from ichviewer.reading.change import ENTRY_TYPES, Change, Part
from ichviewer.reading.plain import from_plain, to_plain
from ichviewer.reading.record import Comparison, Place

_CHECK_HEAD = b',"check":"'
_CHECK_DIGITS = 16
_TAIL = len(_CHECK_HEAD) + _CHECK_DIGITS + len(b'"}')
#: A line longer than this is none of ours; the longest stroke has some ten thousand points.
LINE_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Opened:
    """A window took the reading up.

    Parameters
    ----------
    damaged_lines
        Lines of the file so far that could not be used; the reader has been told.
    """

    damaged_lines: int = 0


@dataclass(frozen=True)
class Changed:
    """A change was made."""

    change: Change


@dataclass(frozen=True)
class Undone:
    """A change was taken back."""

    change: Change


@dataclass(frozen=True)
class Redone:
    """A change that was taken back was made again."""

    change: Change


@dataclass(frozen=True)
class Placed:
    """The reader went somewhere."""

    place: Place


@dataclass(frozen=True)
class Revealed:
    """What the AI says of a series came on the screen: answers are no longer blind."""

    series_key: str


@dataclass(frozen=True)
class Compared:
    """The reader's answer and the AI's are both there."""

    comparison: Comparison


@dataclass(frozen=True)
class Closed:
    """The window let the reading go as it should; without this line it was interrupted."""


Event = Opened | Changed | Undone | Redone | Placed | Revealed | Compared | Closed
_EVENTS: dict[str, Any] = {
    kind.__name__.lower(): kind
    for kind in (Opened, Changed, Undone, Redone, Placed, Revealed, Compared, Closed)
}


@dataclass(frozen=True)
class Line:
    """One line of a journal.

    Parameters
    ----------
    number
        1, 2, 3 ... within one journal.
    time
        UTC, ISO 8601.
    version
        Of the program that wrote it.
    study
        The journal's key.
    event
        What happened.
    """

    number: int
    time: str
    version: str
    study: str
    event: Event


class LineError(ValueError):
    """A line cannot be used; the text says why."""


def encode(line: Line) -> bytes:
    """A line as bytes, ended by a newline.

    Raises
    ------
    ValueError
        The event holds a number that is not finite, or is too long.
    """
    body = {
        "number": line.number,
        "time": line.time,
        "version": line.version,
        "study": line.study,
        "event": type(line.event).__name__.lower(),
        "what": to_plain(line.event),
    }
    text = json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")[:-1]
    if len(text) > LINE_LIMIT_BYTES - _TAIL:
        raise ValueError("the event is too long for a journal")
    return text + _CHECK_HEAD + _digest(text) + b'"}\n'


def decode(raw: bytes, study: str) -> Line:
    """A line from its bytes, with or without the newline.

    Raises
    ------
    LineError
        The bytes are not whole, are another study's, or say something that this version of the
        program does not know.
    """
    raw = raw.removesuffix(b"\n")
    text, tail = raw[:-_TAIL], raw[-_TAIL:]
    if tail != _CHECK_HEAD + _digest(text) + b'"}' or len(raw) > LINE_LIMIT_BYTES:
        raise LineError(tr("is damaged"))
    try:
        body = json.loads(raw)
        if body["study"] != study:
            raise LineError(tr("belongs to another study"))
        event = _event(body["event"], body["what"])
        number, time, version = (
            from_plain(kind, body[name])
            for name, kind in (("number", int), ("time", str), ("version", str))
        )
        return Line(number, time, version, study, event)
    except LineError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LineError(tr("was written by another version of the program")) from error


def _event(name: str, what: dict[str, Any]) -> Event:
    kind = _EVENTS[name]
    if kind in (Changed, Undone, Redone):
        event: Event = kind(_change(what["change"]))
    else:
        event = from_plain(kind, what)
    return event


def _change(held: dict[str, Any]) -> Change:
    part = Part(held["part"])
    before, after = (
        None if held[side] is None else from_plain(ENTRY_TYPES[part], held[side])
        for side in ("before", "after")
    )
    key = from_plain(str, held["key"])
    if part is Part.STROKE and not key.isdecimal():
        raise ValueError("a stroke is named by its number")
    return Change(part, key, before, after)


def _digest(text: bytes) -> bytes:
    return sha256(text).hexdigest()[:_CHECK_DIGITS].encode("ascii")
