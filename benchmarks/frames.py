"""Frame times of the real window: ``python -m benchmarks.frames [FOLDER] [--json FILE]``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. A frame is one step of
the mouse until everything it changed is painted, in the window's thread, on whatever the screen
is; the study is the demo unless a folder is named, and its overlay is shown.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from ichviewer import paths, workflow
from ichviewer.imaging.plane_slab import Projection, Slab
from ichviewer.imaging.window import PRESETS
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.view_state import Layout
from ichviewer.ui.viewer_model import ViewerModel

FRAMES = 300
LIMIT_S = 300.0
SLAB = Slab(Projection.MAXIMUM, 20.0)
Step = Callable[[int], None]


def steps_of(window: MainWindow) -> dict[str, Step]:
    """What is measured, as one step per frame."""
    model = window.model
    volume = model.volume
    assert volume is not None
    slices, rows, columns = volume.shape_kji
    direction = 1

    def scroll(frame: int) -> None:
        nonlocal direction
        if model.cursor_kji[0] in (0, slices - 1) and frame:
            direction = -direction
        _, j, i = model.cursor_kji
        model.move_cursor((model.cursor_kji[0] + direction, j, i))

    def drag_window(frame: int) -> None:
        window.images.axial.drag_window(3 if frame % 60 < 30 else -3, 2 if frame % 40 < 20 else -2)

    def drag_crosshair(frame: int) -> None:
        turn = 2 * np.pi * frame / 100
        model.move_cursor(
            (
                round(slices * (0.5 + 0.3 * np.sin(turn / 3))),
                round(rows * (0.5 + 0.25 * np.sin(turn))),
                round(columns * (0.5 + 0.25 * np.cos(turn))),
            )
        )

    def preset(frame: int) -> None:
        model.window = PRESETS[1 + frame % 7]

    return {
        "scroll, axial alone": scroll,
        "scroll, three planes": scroll,
        "window drag, axial alone": drag_window,
        "window drag, three planes": drag_window,
        "crosshair, three planes": drag_crosshair,
        "preset, three planes": preset,
        "scroll, four views, one a MIP": scroll,
        "crosshair, MIP of 20 mm in three planes": drag_crosshair,
    }


def measure(window: MainWindow, step: Step) -> dict[str, float]:
    """Milliseconds from a step to the end of its painting: by the clock, and of this thread's CPU.

    The second is what a frame costs; on a busy machine the first says more about the others.
    """
    window.model.window = PRESETS[1]
    wall_ms, cpu_ms = [], []
    for frame in range(-20, FRAMES):
        wall, cpu = time.perf_counter(), time.thread_time()
        step(frame)
        QApplication.processEvents()
        if frame >= 0:
            wall_ms.append(1000 * (time.perf_counter() - wall))
            cpu_ms.append(1000 * (time.thread_time() - cpu))
    return {
        f"{name}p{share}_ms": round(float(np.percentile(times_ms, share)), 2)
        for name, times_ms in (("", wall_ms), ("cpu_", cpu_ms))
        for share in (50, 95)
    }


def layout_of(name: str) -> Layout:
    """The layout that a measurement's name says."""
    if "alone" in name:
        return Layout.SINGLE
    return Layout.GRID if "four" in name else Layout.PLANES


def open_with_findings(window: MainWindow, folder: Path) -> None:
    """Open a folder and wait until the AI and the search are through."""
    window.open_paths(folder)
    start = time.monotonic()
    while window.jobs.is_busy:
        if time.monotonic() - start > LIMIT_S:
            raise TimeoutError("the study did not open in time")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
    if window.messages.current is not None:
        print(window.messages.current.sentence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=paths.demo_study_folder())
    parser.add_argument("--json", type=Path, help="write the numbers there, too")
    options = parser.parse_args()
    application = make_application()
    model, messages = ViewerModel(), Messages()
    results = {}
    with tempfile.TemporaryDirectory() as data, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = data
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        window.resize(1920, 1080)
        window.show()
        open_with_findings(window, options.folder)
        assert model.volume is not None, "nothing to measure on"
        marked = int(np.count_nonzero(model.findings.mask)) if model.findings else 0
        print(f"{application.platformName()}, {model.volume.shape_kji}, {marked:,} voxels marked")
        for name, step in steps_of(window).items():
            model.layout = layout_of(name)
            model.view = replace(model.view, slab=SLAB if "in three" in name else Slab())
            for _ in range(3):
                QApplication.processEvents()
            results[name] = measure(window, step)
            print(f"{name:40}", "  ".join(f"{k} {v:6.2f}" for k, v in results[name].items()))
        window.close()
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
