"""The program, started and read in by keys; tells what it shows, to be killed in the middle of it.

``python -m tests.ui.reading_window`` prints JSON lines: ``[seconds, "station", name]`` when a
station is done, ``[seconds, "reading", reading]`` and ``[seconds, "cursor", voxel]`` when they are
on screen, the voxel where images come up left out: there the reader did not go. The clock is the
machine's, so that another process can compare.
"""

import json
import time

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichviewer.reading.plain import to_plain
from ichviewer.ui.application import make_application, run
from ichviewer.ui.main_window import MainWindow
from tests.ui.scripted_read import ByKeys

#: A reader looks before going on; without it the whole reading is over within a second.
_LOOK_MS = 600


def tell(what: str, value: object) -> None:
    """Print a line."""
    print(json.dumps([time.monotonic(), what, value]), flush=True)


def main() -> None:
    make_application()

    def read() -> None:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        model = window.model

        def tell_reading() -> None:
            # Before the journal is open, what it holds is not on screen yet.
            if model.volume is not None and window.reading.keeper.said is not None:
                tell("reading", to_plain(model.reading))

        up: list[object] = []

        def tell_cursor() -> None:
            if model.volume is not None and model.volume in up:
                tell("cursor", model.cursor_kji)

        model.reading_changed.connect(tell_reading)
        model.cursor_changed.connect(tell_cursor)
        model.volume_changed.connect(
            lambda: QTimer.singleShot(0, window, lambda: up.append(model.volume))
        )
        # The journal may be open before or after the images are there.
        model.volume_changed.connect(tell_reading)
        window.reading.keeper.opened.connect(tell_reading)

        def look_on(station: str) -> None:
            tell("station", station)
            QTest.qWait(_LOOK_MS)

        # The window stays open until the kill comes.
        ByKeys(window).read(look_on)

    QTimer.singleShot(0, read)
    raise SystemExit(run(None))


if __name__ == "__main__":
    main()
