"""A process that reads a study and writes its journal: ``python -m tests.reading.writer FOLDER``.

It prints one line for every event once `record` has returned: its number and the monotonic time.
"""

import os
import sys
import threading
import time
from pathlib import Path

from ichviewer.reading.event import Changed
from ichviewer.reading.journal import open_journal
from tests.reading.samples import STUDY, note


def main() -> None:
    journal, said = open_journal(Path(sys.argv[1]), STUDY)
    pace = threading.Event()
    first = int(said.history.reading.drafts.get("", "0")) + 1
    for number in range(first, first + 100_000):
        journal.record(Changed(note(number)))
        os.write(1, f"{number} {time.monotonic()}\n".encode())
        pace.wait(0.002)


if __name__ == "__main__":
    main()
