"""Screenshots of real folders in the real window: ``python -m tests.ui.screenshots FOLDER OUT``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. For each series it saves
the window while and after opening, presets 1, 2 and 5, the overlay on and hidden, every plane
alone, and a similar case beside. Set QT_SCALE_FACTOR to see other screens.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from ichviewer import workflow
from ichviewer.imaging.window import PRESETS
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel

LIMIT_S = 300.0


class Camera:
    """Takes pictures of one window into one folder."""

    def __init__(self, window: MainWindow, out: Path) -> None:
        self.window = window
        self.out = out

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.settle()
        (widget or self.window).grab().save(str(self.out / f"{name}.png"))
        print(self.out / f"{name}.png")

    def settle(self) -> None:
        for _ in range(5):
            QApplication.processEvents()

    def wait(self, until: Callable[[], bool]) -> None:
        start = time.monotonic()
        while not until():
            if time.monotonic() - start > LIMIT_S:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)


def picture(camera: Camera, folder: Path, name: str) -> None:
    """Open a folder and take all its pictures."""
    window, model = camera.window, camera.window.model
    window.open_path(folder)
    camera.wait(lambda: model.volume is not None or not window.jobs.is_busy)
    camera.take(f"{name}-opened")
    camera.wait(lambda: not window.jobs.is_busy)
    if model.findings is not None and model.findings.lesions:
        model.step_lesion(1)
    for number in (1, 2, 5):
        model.window = PRESETS[number]
        camera.take(f"{name}-preset{number}")
    model.window = PRESETS[1]
    model.is_overlay_off = True
    camera.take(f"{name}-overlay-hidden")
    model.is_overlay_off = False
    for view, word in (
        (window.images.axial, "axial"),
        (window.images.coronal, "coronal"),
        (window.images.sagittal, "sagittal"),
    ):
        camera.take(f"{name}-{word}", view)
    if model.matches is not None and model.matches.matches:
        window.step_case(1)
        camera.wait(lambda: not window.jobs.is_busy)
        camera.take(f"{name}-similar-beside")
        window.jobs.close_case()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1920x1080", help="of the window, in logical pixels")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    application = make_application()
    model, messages = ViewerModel(), Messages()
    messages.catch_unexpected()
    with workflow.start_worker() as worker:
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        width, height = (int(n) for n in options.size.split("x"))
        window.resize(width, height)
        window.show()
        camera = Camera(window, options.out)
        camera.take("empty")
        picture(camera, options.folder, options.folder.resolve().name)
        window.show_keys()
        camera.settle()
        for dialog in application.topLevelWidgets():
            if dialog.windowTitle() == "All keys":
                camera.take("keys", dialog)
                dialog.close()
        window.close()


if __name__ == "__main__":
    main()
