"""Lines of a journal: what goes in comes out, and nothing that was altered does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichviewer.reading.change import Change, Part, put
from ichviewer.reading.event import (
    Changed,
    Closed,
    Compared,
    Event,
    Line,
    LineError,
    Opened,
    Placed,
    Redone,
    Revealed,
    Undone,
    decode,
    encode,
)
from ichviewer.reading.record import Reading
from tests.reading.samples import STUDY, TIME, comparison, note, place, wishes

EVENTS: tuple[Event, ...] = (
    Opened(2), Changed(note(1)), Undone(note(2)), Redone(note(3)), Placed(place()),
    Revealed("series"), Compared(comparison()), Closed(),
)  # fmt: skip


def line(event: Event, number: int = 7) -> Line:
    return Line(number, TIME, "0.1.0", STUDY, event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_survives(event: Event) -> None:
    raw = encode(line(event))
    assert raw.endswith(b"\n")
    assert raw.count(b"\n") == 1
    assert decode(raw, STUDY) == line(event)
    said = json.loads(raw)
    assert (said["number"], said["time"], said["version"]) == (7, TIME, "0.1.0")


@given(wishes())
def test_every_change_survives(wished: tuple[Part, str, Any]) -> None:
    change = put(Reading(), *wished)
    assert decode(encode(line(Changed(change))), STUDY) == line(Changed(change))


def test_a_line_cut_anywhere_is_refused() -> None:
    raw = encode(line(EVENTS[1]))
    for end in range(len(raw) - 1):
        with pytest.raises(LineError, match="damaged"):
            decode(raw[:end], STUDY)
    assert decode(raw[:-1], STUDY) == line(EVENTS[1])


@given(st.data())
def test_a_line_with_any_byte_altered_is_refused(data: st.DataObject) -> None:
    raw = bytearray(encode(line(EVENTS[4])))
    at = data.draw(st.integers(0, len(raw) - 2))
    raw[at] = data.draw(st.integers(0, 255).filter(lambda value: value != raw[at]))
    with pytest.raises(LineError):
        decode(bytes(raw), STUDY)


def test_a_line_of_another_study_is_refused() -> None:
    with pytest.raises(LineError, match="belongs to another study"):
        decode(encode(line(Closed())), "f" * 32)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"event":"changed"', b'"event":"dreamt"'),
        (b'"part":"drafts"', b'"part":"dreams"'),
        (b'"after":"1"', b'"after":1'),
        (b'"number":7', b'"number":true'),
    ],
)
def test_a_whole_line_that_says_something_unknown_is_refused(old: bytes, new: bytes) -> None:
    raw = encode(line(EVENTS[1]))
    text = raw[: raw.rindex(b',"check"')].replace(old, new)
    assert new in text
    from hashlib import sha256

    altered = text + b',"check":"' + sha256(text).hexdigest()[:16].encode() + b'"}\n'
    with pytest.raises(LineError, match="another version of the program"):
        decode(altered, STUDY)


def test_numbers_that_are_not_finite_never_reach_a_line() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(line(Changed(Change(Part.MEASUREMENT, "m", None, {"mm": float("inf")}))))


def test_a_line_has_an_upper_length() -> None:
    with pytest.raises(ValueError, match="too long"):
        encode(line(Changed(Change(Part.DRAFT, "", None, "x" * (8 * 1024 * 1024)))))
