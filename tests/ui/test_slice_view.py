"""What is really drawn: voxels at their places, lesions on their side, labels on their voxels."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from ichviewer.analysis.findings import Findings, HemorrhageType
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.window import Window
from ichviewer.report.colours import TYPE_COLOURS
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.view_state import Texts
from tests.ui import samples


@pytest.fixture
def bare(window: MainWindow) -> MainWindow:
    """A black volume, no texts."""
    volume = samples.volume()
    black = np.full(volume.shape_kji, -1000, np.int16)
    window.model.texts = Texts.NONE
    window.model.show_volume(samples.series(), type(volume)(black, volume.grid))
    return window


def drawn(view: SliceView) -> QImage:
    return view.grab().toImage()


def findings_of(mask: np.ndarray) -> Findings:
    from dataclasses import replace

    return replace(samples.findings(), mask=mask)


def views_of(window: MainWindow) -> dict[Axis, SliceView]:
    return {
        Axis.K: window.images.axial,
        Axis.J: window.images.coronal,
        Axis.I: window.images.sagittal,
    }


@pytest.mark.parametrize("zoom", [0, 6, 14])
@pytest.mark.parametrize("axis", Axis)
def test_a_one_voxel_lesion_lights_its_voxel_and_nothing_else(
    bare: MainWindow, axis: Axis, zoom: int
) -> None:
    kji = (5, 22, 13)
    mask = np.zeros(samples.SHAPE_KJI, np.uint8)
    mask[kji] = HemorrhageType.SUBDURAL
    bare.model.move_cursor(kji)
    bare.model.findings = findings_of(mask)
    view = views_of(bare)[axis]
    assert view.plane is not None
    row, column = view.plane.pixel(kji)
    view.zoom(zoom, view._box.mapFromScene(view.screen_point(row, column)))
    image = drawn(view)
    middle = view.screen_point(row, column)
    half = view.screen_point(row + 0.5, column + 0.5) - middle
    lit = [
        (x, y)
        for y in range(image.height())
        for x in range(image.width())
        if image.pixelColor(x, y).blue() > 40
    ]
    assert lit, "nothing is lit"
    colour = image.pixelColor(round(middle.x()), round(middle.y()))
    assert colour == QColor(*TYPE_COLOURS[HemorrhageType.SUBDURAL])
    columns, rows = {x for x, _ in lit}, {y for _, y in lit}
    assert len(lit) == len(columns) * len(rows), "the voxel is a rectangle on the screen"
    for lit_px, at, half_px in (
        (columns, middle.x(), half.x()),
        (rows, middle.y(), half.y()),
    ):
        assert abs(min(lit_px) - (at - half_px)) <= 1
        assert abs(max(lit_px) + 1 - (at + half_px)) <= 1


@pytest.mark.parametrize("axis", [Axis.K, Axis.J])
def test_a_lesion_of_the_patients_left_is_on_the_right_of_the_screen(
    window: MainWindow, axis: Axis
) -> None:
    volume = samples.volume()
    hu = np.full(volume.shape_kji, -1000, np.int16)
    left = volume.grid.kji(np.array([40.0, 0.0, 25.0]))
    k, j, i = np.rint(left).astype(int)
    hu[k - 1 : k + 2, j - 2 : j + 3, i - 2 : i + 3] = 80
    window.model.texts = Texts.NONE
    window.model.show_volume(samples.series(), type(volume)(hu, volume.grid))
    window.model.move_cursor((k, j, i))
    view = views_of(window)[axis]
    image = drawn(view)
    bright = [
        x
        for y in range(0, image.height(), 2)
        for x in range(0, image.width(), 2)
        if image.pixelColor(x, y).lightness() > 200
    ]
    assert bright
    assert min(bright) > image.width() / 2


def test_the_window_decides_the_grey(bare: MainWindow) -> None:
    volume = samples.volume()
    hu = np.full(volume.shape_kji, 40, np.int16)
    bare.model.show_volume(samples.series(), type(volume)(hu, volume.grid))
    for window, grey in ((Window(40.5, 81), 128), (Window(200, 100), 0), (Window(-100, 50), 255)):
        bare.model.window = window
        shown = drawn(bare.images.axial).pixelColor(
            bare.images.axial.width() // 2, bare.images.axial.height() // 2
        )
        assert shown.red() == pytest.approx(grey, abs=2)


def test_hidden_types_and_the_held_key_leave_the_grey(bare: MainWindow) -> None:
    kji = (5, 22, 13)
    mask = np.zeros(samples.SHAPE_KJI, np.uint8)
    mask[kji] = HemorrhageType.EPIDURAL
    bare.model.move_cursor(kji)
    bare.model.findings = findings_of(mask)
    point = bare.images.axial.screen_point(22, 13).toPoint()

    def colour() -> str:
        return drawn(bare.images.axial).pixelColor(point).name()

    lit = colour()
    assert lit != "#000000"
    bare.model.is_overlay_off = True
    assert colour() == "#000000"
    bare.model.is_overlay_off = False
    assert colour() == lit
    bare.model.toggle_type(HemorrhageType.EPIDURAL)
    assert colour() == "#000000"


def test_the_readout_names_hu_voxel_and_position(window: MainWindow) -> None:
    window.model.show_volume(samples.series(), samples.volume())
    k = window.model.cursor_kji[0]
    value, voxel, position = window.images.axial.readout(10, 25)
    assert value == f"{k * 100 + 10 - 25} HU"
    assert voxel == f"voxel  k {k}  j 10  i 25"
    assert position == f"L 45.0  A 50.0  H {5 * k:.1f} mm"
