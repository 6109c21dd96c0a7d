"""Screenshots of real folders in the real window: ``python -m tests.ui.screenshots FOLDER OUT``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. For each series it saves
the window while and after opening, presets 1, 2 and 5, the overlay on and hidden, the evidence
map, four views, a turned and inverted slab, every plane alone, and a similar case beside; then the
key help and the settings. All in the theme of `--theme` and the language of `--language`. Set
QT_SCALE_FACTOR to see other screens.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QListWidget, QWidget

from ichviewer import paths, workflow
from ichviewer.imaging.plane_slab import Projection, Slab
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.window import PRESETS
from ichviewer.language import LANGUAGES, use_language
from ichviewer.settings import THEMES
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.key_help import KeyHelp
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.settings_dialog import SettingsDialog
from ichviewer.ui.view_state import Layout
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
    window.open_paths(folder)
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
    model.is_evidence_shown = True
    camera.take(f"{name}-evidence")
    model.is_evidence_shown = False
    model.layout = Layout.GRID
    camera.take(f"{name}-four-views")
    model.layout = Layout.PLANES
    model.view = replace(
        model.view.with_turn(Turn(1, is_mirrored=True)),
        is_inverted=True,
        slab=Slab(Projection.MAXIMUM, 20.0),
    )
    camera.take(f"{name}-turned")
    window.reset()
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


def take_dialogs(camera: Camera) -> None:
    """The key help, and every group of the settings."""
    keys = KeyHelp(camera.window, camera.window)
    keys.show()
    camera.take("keys", keys)
    keys.close()
    settings = SettingsDialog(camera.window.model, camera.window)
    settings.show()
    groups = settings.findChild(QListWidget)
    assert groups is not None
    for at in range(groups.count()):
        groups.setCurrentRow(at)
        camera.take(f"settings-{groups.item(at).text().lower().replace(' ', '-')}", settings)
    settings.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1920x1080", help="of the window, in logical pixels")
    parser.add_argument("--theme", choices=THEMES, default="dark")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    use_language(options.language, paths.languages_folder())
    application = make_application()
    model, messages = ViewerModel(), Messages()
    model.choices = replace(model.choices, theme=options.theme)
    messages.catch_unexpected()
    with tempfile.TemporaryDirectory() as data, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = data
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        width, height = (int(n) for n in options.size.split("x"))
        window.resize(width, height)
        window.show()
        camera = Camera(window, options.out)
        camera.take("empty")
        picture(camera, options.folder, options.folder.resolve().name)
        take_dialogs(camera)
        window.close()
        application.processEvents()


if __name__ == "__main__":
    main()
