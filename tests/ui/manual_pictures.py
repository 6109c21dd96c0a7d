"""The manual's pictures: ``python -m tests.ui.manual_pictures en`` and the same with ``de``.

All show the simulated demo study, opened and read in the real window. They go to the manual's
folder of that language, as JPEG: the noise of a CT makes PNG four times as large.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QWidget
from scipy.ndimage import label
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

from ichviewer import paths, workflow
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.measurement import Handle, Kind
from ichviewer.imaging.plane import Axis
from ichviewer.language import use_language
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.settings_dialog import SettingsDialog
from ichviewer.ui.view_state import Layout
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui.screenshots import Camera

_QUALITY = 76
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
    settings = SettingsDialog(model, window)
    settings.show()
    groups = settings.findChild(QListWidget)
    assert groups is not None
    groups.setCurrentRow(2)
    camera.take("settings", settings)
    settings.close()
    take_measuring(camera)


def take_measuring(camera: ManualCamera) -> None:
    """ABC/2 of a marked hematoma as a careful hand draws it, an ellipse in the brain before it."""
    window, model = camera.window, camera.window.model
    assert model.findings is not None
    assert model.volume is not None
    kind = HemorrhageType.INTRAPARENCHYMAL
    lesion = next(one for one in model.findings.lesions if one.kind is kind)
    regions, _ = label(model.findings.mask == kind)
    k = lesion.largest_slice
    largest = np.bincount(regions[k][regions[k] > 0]).argmax()
    region = regions == largest
    drawn = callipers_kji(region, k)
    grid = model.volume.grid
    handles = tuple(Handle(tuple(grid.lps_mm(at).tolist()), Axis.K) for at in drawn)
    _, j, i = (round(n) for n in np.argwhere(region[k][None]).mean(0))
    model.go_to_lesion(lesion)
    model.move_cursor((k, j - 110, i))
    model.layout = Layout.SINGLE
    model.is_overlay_off = True
    window.measuring.measures.add(Kind.ABC2, handles)
    window.measuring.measures.take_tool(Kind.ELLIPSE)
    camera.settle()
    QTest.keyClick(window.images.axial, Qt.Key.Key_Return)
    camera.wait(lambda: not window.jobs.is_busy)
    camera.take("measuring", window.images)


def callipers_kji(region: NDArray[np.bool_], k: int) -> NDArray[np.float64]:
    """Ends of A, B and C of a region, A and B on slice k, whose pixels are square."""
    ji = np.argwhere(region[k]).astype(np.float64)
    hull = ji[ConvexHull(ji).vertices]
    distances = cdist(hull, hull)
    first, second = np.unravel_index(distances.argmax(), distances.shape)
    along = (hull[second] - hull[first]) / distances[first, second]
    across = np.array([-along[1], along[0]])
    middle = (hull[first] + hull[second]) / 2
    reach = (hull - middle) @ across
    ends = [hull[first], hull[second], middle + reach.min() * across, middle + reach.max() * across]
    slices = np.flatnonzero(region.any((1, 2)))[[0, -1]]
    return np.array([*((k, *end) for end in ends), *((n, *middle) for n in slices)], dtype=float)


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
