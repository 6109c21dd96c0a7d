"""What a killed program leaves behind, and what it takes away when it is closed."""

import os
import stat
from pathlib import Path

from ichviewer.reading.event import Changed, Closed, Line, Opened, encode
from ichviewer.reading.interrupted import Interrupted, forget_open, interrupted, note_open
from ichviewer.reading.journal import open_journal
from ichviewer.reading.replay import journal_file
from tests.reading.samples import STUDY, TIME, note


def killed(folder: Path, study: str = STUDY, time: str = TIME, is_closed: bool = False) -> None:
    events = (Opened(), Changed(note(1)), *((Closed(),) if is_closed else ()))
    lines = [encode(Line(n, time, "0.1.0", study, event)) for n, event in enumerate(events, 1)]
    journal_file(folder, study).write_bytes(b"".join(lines))
    note_open(folder, study, Path("/images") / study[:4])


def test_the_reading_that_was_interrupted_last_is_found(tmp_path: Path) -> None:
    assert interrupted(tmp_path / "none") is None
    killed(tmp_path)
    killed(tmp_path, "a" * 32, "2026-11-22T09:00:00.000Z")
    killed(tmp_path, "b" * 32, "2026-11-23T09:00:00.000Z", is_closed=True)
    last = Interrupted("a" * 32, Path("/images/aaaa"), "2026-11-22T09:00:00.000Z")
    assert interrupted(tmp_path) == last
    forget_open(tmp_path, "a" * 32)
    found = interrupted(tmp_path)
    assert found is not None
    assert found.study == STUDY
    forget_open(tmp_path, STUDY)
    forget_open(tmp_path, STUDY)
    assert interrupted(tmp_path) is None


def test_a_reading_in_another_window_is_not_interrupted(tmp_path: Path) -> None:
    killed(tmp_path)
    journal, _ = open_journal(tmp_path, STUDY)
    assert interrupted(tmp_path) is None
    assert journal.close() == 0


def test_a_torn_note_is_passed_over(tmp_path: Path) -> None:
    killed(tmp_path)
    (tmp_path / f"{STUDY}.open").write_text('{"sour')
    assert interrupted(tmp_path) is None


def test_the_note_is_private(tmp_path: Path) -> None:
    killed(tmp_path)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / f"{STUDY}.open").stat().st_mode) == 0o600
