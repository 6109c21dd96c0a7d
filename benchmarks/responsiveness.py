"""Whether the window answers while a study is read: ``python -m benchmarks.responsiveness``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. The demo is read from
opening to closing, by keys and by mouse. Every time for which the window's thread did not answer
within the watchdog's limit is printed: by the clock, of the thread's own CPU, and where it was. On
a busy machine the second says more about the program.
"""

import gc
import os
import tempfile

from ichviewer import workflow
from ichviewer.ui.application import make_application
from ichviewer.ui.garbage import spare_what_stands
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel
from ichviewer.ui.watchdog import LONGEST_S, Block, Watchdog
from tests.ui.scripted_read import ByKeys, ByMouse, Reader


def blocks_while(reader: Reader) -> list[tuple[str, Block]]:
    """Read a study; returns what the watchdog noticed and after which station it had been."""
    noticed: list[Block] = []
    placed: list[tuple[str, Block]] = []

    def after(station: str) -> None:
        placed.extend((station, block) for block in noticed)
        noticed.clear()

    watchdog = Watchdog(noticed.append)
    reader.read(after)
    watchdog.stop()
    return placed


def main() -> None:
    make_application()
    spare_what_stands()  # as the application does
    with tempfile.TemporaryDirectory() as own, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = own
        model, messages = ViewerModel(), Messages()
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        window.resize(1920, 1080)
        window.show()
        for hand in (ByKeys, ByMouse):
            placed = blocks_while(hand(window))
            print(f"{hand.__name__:8} not answered within {1000 * LONGEST_S:.0f} ms: {len(placed)}")
            for station, block in placed:
                wall_ms, cpu_ms = 1000 * block.wall_s, 1000 * block.cpu_s
                where = block.places[-1] if block.places else "unknown"
                print(f"  {station:10} {wall_ms:5.0f} ms, CPU {cpu_ms:5.0f} ms  {where}")
            window.jobs.close_all_studies()
            gc.collect()
        window.close()


if __name__ == "__main__":
    main()
