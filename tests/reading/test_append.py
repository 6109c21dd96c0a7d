"""What a disk did not keep is written again."""

import os
from pathlib import Path

import pytest

from ichviewer.reading.append import AppendFile


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX only")
def test_lines_that_the_disk_refused_to_keep_are_written_again(tmp_path: Path) -> None:
    """A pipe takes what is written but cannot be synced, as a failing disk."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = AppendFile(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    file.add(b"one\n")
    file.add(b"two\n")
    file.write()
    assert not file.is_synced
    with pytest.raises(OSError, match="Invalid argument"):
        file.sync()
    file.add(b"three\n")
    file.write()
    assert os.read(reader, 100) == b"one\ntwo\none\ntwo\nthree\n"
    assert not file.is_synced
    os.close(reader)
    file.close()


def test_what_was_synced_is_not_written_again(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "new" / "file")
    file.add(b"one\n")
    file.write()
    file.sync()
    assert file.is_synced
    file.add(b"two\n")
    file.write()
    file.sync()
    file.close()
    assert (tmp_path / "new" / "file").read_bytes() == b"one\ntwo\n"
