"""The manual's pictures: ``python -m tests.ui.manual_pictures en`` and the same with ``de``.

All show the simulated demo study, opened and read in the real window. They go to the manual's
folder of that language, as JPEG: the noise of a CT makes PNG four times as large.
"""

import argparse
import os
import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from ichviewer import paths, workflow
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.measurement import Kind
from ichviewer.language import use_language
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.settings_dialog import SettingsDialog
from ichviewer.ui.view_state import Layout
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui.screenshots import Camera

_QUALITY = 82
_WINDOW_PX = (1360, 860)


class ManualCamera(Camera):
    """Takes pictures small enough to ship."""

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.settle()
        file = self.out / f"{name}.jpg"
        (widget or self.window).grab().toImage().save(str(file), "JPG", _QUALITY)
        print(file, file.stat().st_size)


def take_all(camera: ManualCamera) -> None:
    """Every picture that the pages name."""
    window, model = camera.window, camera.window.model
    window.open_demo()
    camera.wait(lambda: model.matches is not None and not window.jobs.is_busy)
    model.step_lesion(1)
    camera.take("window")
    camera.take("findings", window.findings)
    model.layout = Layout.GRID
    camera.take("four_views", window.images)
    model.layout = Layout.PLANES
    window.step_case(1)
    camera.wait(lambda: not window.jobs.is_busy)
    camera.take("similar")
    window.jobs.close_case()
    take_measuring(camera)
    settings = SettingsDialog(model, window)
    settings.show()
    camera.take("settings", settings)
    settings.close()


def take_measuring(camera: ManualCamera) -> None:
    """ABC/2 on a round finding, and an ellipse in the brain far from it."""
    window, model = camera.window, camera.window.model
    assert model.findings is not None
    round_ones = (
        one for one in model.findings.lesions if one.kind is HemorrhageType.INTRAPARENCHYMAL
    )
    model.go_to_lesion(next(round_ones))
    model.layout = Layout.SINGLE
    model.is_overlay_off = True
    for kind in (Kind.ABC2, Kind.ELLIPSE):
        window.measuring.measures.take_tool(kind)
        camera.settle()
        QTest.keyClick(window.images.axial, Qt.Key.Key_Return)
        k, j, i = model.cursor_kji
        model.move_cursor((k, j - 110, i))
    camera.wait(lambda: not window.jobs.is_busy)
    camera.take("measuring", window.images)
    model.is_overlay_off = False
    model.layout = Layout.PLANES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=("en", "de"))
    language = parser.parse_args().language
    use_language(language, paths.resources_folder() / "languages")
    out = paths.resources_folder() / "manual" / language / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    application = make_application()
    model, messages = ViewerModel(), Messages()
    messages.catch_unexpected()
    with tempfile.TemporaryDirectory() as data, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = data
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        window.resize(*_WINDOW_PX)
        window.show()
        take_all(ManualCamera(window, Path(out)))
        window.close()
        application.processEvents()


if __name__ == "__main__":
    main()
