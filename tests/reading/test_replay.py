"""From journals back to readings, whole or damaged at every byte."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ichviewer.errors import ReadingError
from ichviewer.reading.change import History, do, put, redo, undo
from ichviewer.reading.event import (
    Changed,
    Closed,
    Compared,
    Event,
    Line,
    Opened,
    Placed,
    Redone,
    Revealed,
    Undone,
    encode,
)
from ichviewer.reading.replay import Replay, journal_file, journals, replay, study_key
from tests.reading.samples import STUDY, TIME, comparison, note, place, wishes


def lines(*events: Event) -> list[bytes]:
    return [encode(Line(n, TIME, "0.1.0", STUDY, event)) for n, event in enumerate(events, 1)]


def said(folder: Path, raw: bytes) -> Replay:
    journal_file(folder, STUDY).write_bytes(raw)
    return replay(folder, STUDY)


def drafts(read: Replay) -> str:
    return str(read.history.reading.drafts.get("", "0"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(wishes() | st.sampled_from(["undo", "redo"]), max_size=15))
def test_replaying_a_journal_gives_the_state(tmp_path: Path, steps: list[Any]) -> None:
    history, events = History(), list[Event]()
    for step in steps:
        if step == "undo" and history.done:
            events.append(Undone(history.done[-1]))
            history = undo(history)
        elif step == "redo" and history.undone:
            events.append(Redone(history.undone[-1]))
            history = redo(history)
        elif not isinstance(step, str):
            change = put(history.reading, *step)
            events.append(Changed(change))
            history = do(history, change)
    read = said(tmp_path, b"".join(lines(Opened(), *events)))
    assert read.history == history
    assert read.damages == ()
    # What was undone and done again before can still be undone after.
    while history.done:
        history = undo(history)
    assert history.reading.is_empty


def test_place_comparisons_and_times(tmp_path: Path) -> None:
    events = (Opened(), Placed(place(1)), Revealed("a"), Compared(comparison()), Placed(place(2)))
    read = said(tmp_path, b"".join(lines(*events)))
    assert read.place == place(2)
    assert read.comparisons == (comparison(),)
    assert read.revealed == {"a"}
    assert (read.last_number, read.first_time, read.last_time) == (5, TIME, TIME)
    assert read.is_open
    assert not said(tmp_path, b"".join(lines(*events, Closed()))).is_open


def test_a_tail_torn_at_every_byte_costs_its_own_line_only(tmp_path: Path) -> None:
    whole = lines(Opened(), *(Changed(note(n)) for n in range(1, 4)))
    head, last = b"".join(whole[:-1]), whole[-1]
    for kept in range(len(last) + 1):
        read = said(tmp_path, head + last[:kept])
        is_there = kept >= len(last) - 1
        assert drafts(read) == ("3" if is_there else "2")
        assert read.is_whole == (kept in (0, len(last)))
        if is_there or kept == 0:
            assert read.damages == ()
        else:
            assert read.damages == (
                "Line 4 was cut off while it was written; what it said is missing.",
            )


def test_a_line_damaged_at_any_byte_costs_itself_only(tmp_path: Path) -> None:
    whole = lines(Opened(), *(Changed(note(n)) for n in range(1, 4)))
    for at in range(len(whole[2]) - 1):
        damaged = bytearray(whole[2])
        damaged[at] ^= 0x01
        read = said(tmp_path, whole[0] + whole[1] + bytes(damaged) + whole[3])
        assert drafts(read) == "3"
        assert len(read.damages) >= 1
        assert all("Line 3" in sentence for sentence in read.damages if "left out" in sentence)


def test_foreign_lines_are_left_out_and_named(tmp_path: Path) -> None:
    own = lines(Opened(), Changed(note(1)))
    other = encode(Line(3, TIME, "0.1.0", "f" * 32, Changed(note(9))))
    read = said(tmp_path, own[0] + own[1] + other + b"hello\n" + b"\0" * 700 + b"\n")
    assert drafts(read) == "1"
    assert read.damages == (
        "Line 3 belongs to another study and was left out.",
        "Line 4 is damaged and was left out.",
        "Line 5 is damaged and was left out.",
    )


def test_missing_lines_are_counted(tmp_path: Path) -> None:
    whole = lines(Opened(), *(Changed(note(n)) for n in range(1, 6)))
    read = said(tmp_path, whole[0] + whole[1] + whole[4] + whole[5])
    assert drafts(read) == "5"
    assert read.damages == ("2 lines before number 5 are missing.",)


def test_a_line_written_twice_counts_once(tmp_path: Path) -> None:
    whole = lines(Opened(), Changed(note(1)), Changed(note(2)), Undone(note(2)))
    read = said(tmp_path, b"".join([*whole, *whole[1:]]))
    assert drafts(read) == "1"
    assert read.damages == ()
    assert len(read.history.undone) == 1


def test_two_windows_that_wrote_at_once_are_both_used(tmp_path: Path) -> None:
    whole = lines(Opened(), Changed(note(1)))
    other = encode(Line(2, TIME, "0.1.0", STUDY, Placed(place())))
    read = said(tmp_path, b"".join([*whole, other]))
    assert drafts(read) == "1"
    assert read.place == place()
    assert read.damages == ("Line number 2 stands twice; both were used.",)


def test_damage_is_told_once(tmp_path: Path) -> None:
    whole = lines(Opened(), Changed(note(1)), Changed(note(2)), Opened(1), Changed(note(3)))
    read = said(tmp_path, whole[0] + whole[1] + whole[2][:40] + b"\n" + whole[3] + whole[4])
    assert len(read.damages) == 1
    assert read.news == ()
    assert drafts(read) == "3"


def test_undo_is_understood_without_the_change_that_it_takes_back(tmp_path: Path) -> None:
    whole = lines(Opened(), Changed(note(1)), Changed(note(2)), Undone(note(2)), Redone(note(2)))
    read = said(tmp_path, whole[0] + whole[1] + whole[3])
    assert drafts(read) == "1"
    assert redo(read.history).reading.drafts == {"": "2"}
    assert drafts(said(tmp_path, whole[0] + whole[1] + whole[4])) == "2"


def test_no_journal_is_an_empty_reading(tmp_path: Path) -> None:
    assert replay(tmp_path / "none", STUDY) == Replay(STUDY)
    assert journals(tmp_path / "none") == ()
    assert said(tmp_path, b"") == Replay(STUDY)


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    journal_file(tmp_path, STUDY).mkdir()
    with pytest.raises(ReadingError, match=rf"{STUDY}\.jsonl cannot be read: .*directory\.$"):
        replay(tmp_path, STUDY)
    (tmp_path / "file").write_text("")
    with pytest.raises(ReadingError, match="cannot be listed"):
        journals(tmp_path / "file")


def test_journals_are_listed_by_their_keys(tmp_path: Path) -> None:
    said(tmp_path, b"")
    (tmp_path / "notes.txt").write_text("")
    assert journals(tmp_path) == (STUDY,)


def test_keys_name_no_study() -> None:
    uid = "1.2.840.113619.2.1"
    key = study_key(uid, "series")
    assert key == study_key(uid, "another series")
    assert uid not in key
    assert len(key) == 32
    assert study_key("", "a") != study_key("", "b")
