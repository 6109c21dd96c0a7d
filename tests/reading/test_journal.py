"""The journal on a real disk: kills, a full disk, a read-only folder, two windows."""

import os
import random
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ichviewer import __version__
from ichviewer.errors import ReadingLocked
from ichviewer.reading.change import Part, do, put
from ichviewer.reading.event import Changed, Closed, Placed, decode
from ichviewer.reading.journal import Journal, open_journal
from ichviewer.reading.replay import journal_file, replay
from tests.reading.samples import STUDY, note, place

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions and limits")


class Watch:
    """Waits until a journal's trouble is as expected."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def __call__(self) -> None:
        self._told.set()

    def wait(self, journal: Journal, is_in_trouble: bool) -> str:
        limit_s = time.monotonic() + 20
        while bool(journal.keeping.trouble) != is_in_trouble:
            assert time.monotonic() < limit_s, journal.keeping
            self._told.wait(0.2)
            self._told.clear()
        return journal.keeping.trouble


def draft(folder: Path) -> str:
    return str(replay(folder, STUDY).history.reading.drafts.get("", "0"))


def test_a_reading_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    journal, said = open_journal(tmp_path / "readings", STUDY)
    assert said.history.reading.is_empty
    history = said.history
    for text in ("a", "b"):
        change = put(history.reading, Part.DRAFT, "", text)
        history = do(history, change)
        journal.record(Changed(change))
    journal.record(Placed(place(3)))
    assert journal.close() == 0
    again, said = open_journal(tmp_path / "readings", STUDY)
    assert said.history == history
    assert said.place == place(3)
    assert not said.is_open
    assert again.close() == 0


def test_lines_are_whole_in_themselves_and_private(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path / "readings", STUDY)
    journal.record(Changed(note(1)))
    assert journal.close() == 0
    file = journal_file(tmp_path / "readings", STUDY)
    written = [decode(raw, STUDY) for raw in file.read_bytes().splitlines()]
    assert [line.number for line in written] == [1, 2, 3]
    assert {line.version for line in written} == {__version__}
    assert isinstance(written[-1].event, Closed)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_recording_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path, STUDY)
    pace = threading.Event()
    taken_s = []
    for number in range(1, 301):
        change = note(number)
        start_s = time.perf_counter()
        journal.record(Changed(change))
        taken_s.append(time.perf_counter() - start_s)
        pace.wait(0.002)
    assert journal.close(30) == 0
    # Once in a while the system gives the processor to somebody else.
    assert sorted(taken_s)[-3] < 0.05
    assert draft(tmp_path) == "300"


@posix_only
def test_kill_9_at_ten_random_moments_loses_nothing_older_than_a_second(tmp_path: Path) -> None:
    ages_s, chance = [], random.Random()
    for _ in range(10):
        wanted = chance.randrange(1, 400)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.reading.writer", str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            for _ in range(wanted):
                writer.stdout.readline()
            killed_at_s = time.monotonic()
            writer.send_signal(signal.SIGKILL)
            told = [line.split() for line in writer.stdout]
        kept = int(draft(tmp_path))
        lost = [float(at) for number, at in told if int(number) > kept]
        ages_s += [killed_at_s - at for at in lost]
        assert kept >= wanted // 2
    said = replay(tmp_path, STUDY)
    assert said.is_open
    assert [sentence for sentence in said.damages if "cut off" not in sentence] == []
    assert max(ages_s, default=0.0) < 1.0, ages_s


def test_a_second_window_is_refused_and_can_follow(tmp_path: Path) -> None:
    first, _ = open_journal(tmp_path, STUDY)
    with pytest.raises(ReadingLocked, match="another window of ichviewer"):
        open_journal(tmp_path, STUDY)
    first.record(Changed(note(1)))
    assert first.close() == 0
    second, said = open_journal(tmp_path, STUDY)
    assert said.history.reading.drafts == {"": "1"}
    assert second.close() == 0


@posix_only
def test_a_killed_window_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reading.writer", str(tmp_path)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(ReadingLocked):
            open_journal(tmp_path, STUDY)
        writer.kill()
        writer.wait()
        journal, _ = open_journal(tmp_path, STUDY)
    assert journal.close() == 0


def test_a_torn_tail_is_closed_off_and_told_once(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path, STUDY)
    journal.record(Changed(note(1)))
    assert journal.close() == 0
    file = journal_file(tmp_path, STUDY)
    whole = file.read_bytes()
    for cut in range(1, len(whole.splitlines()[-1]) + 1, 7):
        file.write_bytes(whole[:-cut])
        journal, said = open_journal(tmp_path, STUDY)
        assert len(said.news) == (cut > 1)
        journal.record(Changed(note(2)))
        assert journal.close() == 0
        said = replay(tmp_path, STUDY)
        assert said.history.reading.drafts == {"": "2"}
        assert said.news == ()
        assert file.read_bytes().startswith(whole[:-cut])


@posix_only
def test_a_full_disk_keeps_everything_until_there_is_space(tmp_path: Path) -> None:
    """A limit on the size of files stops a write in the middle of a line, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    watch = Watch()
    journal, _ = open_journal(tmp_path, STUDY, watch)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        for number in range(1, 31):
            journal.record(Changed(note(number)))
        sentence = watch.wait(journal, is_in_trouble=True)
        assert "is not being kept" in sentence
        assert str(tmp_path) in sentence
        assert journal.keeping.waiting > 20
        torn = journal_file(tmp_path, STUDY).read_bytes()
        assert len(torn) == 1000
        assert not torn.endswith(b"\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    watch.wait(journal, is_in_trouble=False)
    assert journal.close(10) == 0
    said = replay(tmp_path, STUDY)
    assert said.history.reading.drafts == {"": "30"}
    assert said.damages == ()


_OWN_DISK = ("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs")
_FULL_TMPFS = """
import sys, threading, time
from pathlib import Path
from ichviewer.reading.event import Changed
from ichviewer.reading.journal import open_journal
from tests.reading.samples import STUDY, note
folder = Path(sys.argv[1])
filler = folder / "filler"
journal, _ = open_journal(folder / "readings", STUDY)
pace = threading.Event()
filler.write_bytes(b"x" * (32 * 1024))
for number in range(1, 201):
    journal.record(Changed(note(number)))
limit_s = time.monotonic() + 10
while not journal.keeping.trouble and time.monotonic() < limit_s:
    pace.wait(0.05)
print(journal.keeping.trouble)
filler.unlink()
print(journal.close(10))
"""


_READ_ONLY_TMPFS = """
import subprocess, sys, threading, time
from pathlib import Path
from ichviewer.reading.event import Changed
from ichviewer.reading.journal import open_journal
from tests.reading.samples import STUDY, note
folder = Path(sys.argv[1])
subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
journal, _ = open_journal(folder / "readings", STUDY)
for number in range(1, 201):
    journal.record(Changed(note(number)))
print(journal.keeping.trouble)
subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
print(journal.close(10))
"""


@pytest.mark.skipif(
    sys.platform != "linux"
    or subprocess.run([*_OWN_DISK, "/mnt"], capture_output=True, check=False).returncode != 0,
    reason="needs a disk of its own",
)
@pytest.mark.parametrize(
    ("program", "words"),
    [
        (_FULL_TMPFS, "the disk is full. Free some space"),
        (_READ_ONLY_TMPFS, "the disk is read-only. Make it writable"),
    ],
)
def test_a_disk_that_really_takes_nothing(tmp_path: Path, program: str, words: str) -> None:
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    script = tmp_path / "script.py"
    script.write_text(program)
    done = subprocess.run(
        [
            *("unshare", "-rm", "sh", "-ec"),
            f"mount -t tmpfs -o size=64k tmpfs {disk} && {sys.executable} {script} {disk} "
            f"&& cp -r {disk}/readings {copy}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    sentence, unwritten = done.stdout.splitlines()
    assert words in sentence
    assert unwritten == "0"
    said = replay(copy, STUDY)
    assert said.history.reading.drafts == {"": "200"}
    assert said.damages == ()


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_keeps_everything_until_it_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o500)
    watch = Watch()
    journal, said = open_journal(folder, STUDY, watch)
    journal.record(Changed(note(1)))
    assert said.history.reading.is_empty
    assert "you may not write there" in watch.wait(journal, is_in_trouble=True)
    folder.chmod(0o700)
    watch.wait(journal, is_in_trouble=False)
    assert journal.close() == 0
    assert draft(folder) == "1"


def test_a_file_where_the_folder_should_be_is_said_and_counted(tmp_path: Path) -> None:
    (tmp_path / "readings").write_text("in the way")
    watch = Watch()
    journal, _ = open_journal(tmp_path / "readings" / "here", STUDY, watch)
    journal.record(Changed(note(1)))
    journal.record(Changed(note(2)))
    assert "is not being kept" in watch.wait(journal, is_in_trouble=True)
    assert journal.close() == 2
