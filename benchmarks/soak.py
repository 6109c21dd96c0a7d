"""Hours of reading in one window: ``python -m benchmarks.soak [--hours 2] [--pause-s 12]``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. Scripted readings of many
studies follow one another, by keys and by mouse in turn: the demo, simulated series, and the real
series of ``../shared/data`` where that is. After each of them one JSON line says how much memory
window and worker hold (RSS, and USS: what nobody shares with them). At the end the slope of the
second half is printed: what is filled once (caches, models) has been filled by then, so what still
grows is a leak.
"""

import argparse
import contextlib
import gc
import json
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichviewer import workflow
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui.scripted_read import ByKeys, ByMouse

SHARED = Path(__file__).parents[2] / "shared" / "data"
REAL = (
    "dcm_qa_ct/In/GE",
    "dcm_qa_ct/In/Philips",
    "toshiba_head",
    "single_slices",
    "transfer_syntaxes",
    "dicom2nifti_failing",
)
MIB = 2**20
Line = dict[str, Any]


class Warned(logging.Handler):
    """Counts what the program, its libraries and Qt warned of, by where it was said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counted: Counter[str] = Counter()
        logging.captureWarnings(True)
        logging.getLogger().addHandler(self)
        qInstallMessageHandler(self._hear_qt)

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        text = record.getMessage().splitlines()[0]
        self.counted[f"{record.name}:{record.lineno} {text}"] += 1

    def _hear_qt(self, kind: QtMsgType, _context: object, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg:
            self.counted[f"Qt: {text}"] += 1


def simulated(folder: Path, series: int) -> Iterator[Path]:
    """Make simulated series; each is read while the next ones do not exist yet."""
    from training.simulate import simulate_series, write_case

    for seed in range(1, series + 1):
        case = folder / f"simulated-{seed}"
        case.mkdir()
        write_case(simulate_series(seed, slab_mm=5.0, size_px=512), case)
        yield case / "series"


def memory_mib(window: psutil.Process) -> dict[str, float]:
    """What the window's process and all of its workers hold."""
    total: Counter[str] = Counter()
    for process in (window, *window.children(recursive=True)):
        name = "window" if process is window else "worker"
        with contextlib.suppress(psutil.NoSuchProcess):
            info = process.memory_full_info()
            total[f"{name}_rss"] += info.rss
            total[f"{name}_uss"] += info.uss
    return {f"{name}_mib": round(size / MIB, 1) for name, size in total.items()}


def slope_mib_per_h(lines: list[Line], name: str) -> float:
    """How fast something grew in the second half; not a number where that was too short."""
    late = lines[len(lines) // 2 :]
    if len(late) < 3:
        return float("nan")
    hours = [line["hours"] for line in late]
    return float(np.polyfit(hours, [line[name] for line in late], 1)[0])


def soak(
    window: MainWindow,
    studies: list[Path | None],
    hours: float,
    warned: Warned,
    log: TextIO,
    *,
    pause_s: float,
) -> list[Line]:
    """Read the studies over and over, resting between; returns what was noted after each."""
    process = psutil.Process()
    lines: list[Line] = []
    start = time.monotonic()
    for turn in count():
        if time.monotonic() - start > 3600 * hours:
            return lines
        folder = studies[turn % len(studies)]
        hand = (ByKeys, ByMouse)[(turn // len(studies) + turn) % 2]
        began = time.monotonic()
        hand(window, folder).read()
        window.jobs.close_all_studies()
        QApplication.processEvents()
        # What Qt deletes later waits for its own event loop, which does not run here.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        lines.append(
            {
                "reading": turn + 1,
                "hours": round((time.monotonic() - start) / 3600, 4),
                "study": folder.name if folder else "demo",
                "hand": hand.__name__,
                "seconds": round(time.monotonic() - began, 1),
                **memory_mib(process),
                "files_open": process.num_fds() if os.name == "posix" else 0,
                "threads": process.num_threads(),
                "widgets": len(QApplication.allWidgets()),
                "warnings": warned.counted.total(),
            }
        )
        print(json.dumps(lines[-1]), file=log, flush=True)
        QTest.qWait(round(1000 * pause_s))
    raise AssertionError("unreachable: count() has no end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--pause-s", type=float, default=0.0, help="rest between two readings")
    parser.add_argument("--simulated", type=int, default=4, help="how many series to simulate")
    parser.add_argument("--log", type=Path, help="write the lines there instead of to the screen")
    options = parser.parse_args()
    make_application()
    model, messages = ViewerModel(), Messages()
    with tempfile.TemporaryDirectory() as own, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = own
        real = [SHARED / name for name in REAL if (SHARED / name).is_dir()]
        made = list(simulated(Path(own), options.simulated))
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        window.resize(1920, 1080)
        window.show()
        warned = Warned()
        with options.log.open("w") if options.log else contextlib.nullcontext(sys.stdout) as log:
            studies = [None, *made, *real]
            lines = soak(window, studies, options.hours, warned, log, pause_s=options.pause_s)
            window.close()
        report(lines, warned)


def report(lines: list[Line], warned: Warned) -> None:
    """Say how long it was, what grew, and what was warned of."""
    print(f"{len(lines)} readings in {lines[-1]['hours']:.2f} h")
    for name in (name for name in lines[-1] if name.endswith("_mib")):
        print(
            f"{name:16} {lines[-1][name]:8.1f}  {slope_mib_per_h(lines, name):+8.2f} MiB per hour"
        )
    for text, times in warned.counted.most_common():
        print(f"{times:6} × {text}")


if __name__ == "__main__":
    main()
