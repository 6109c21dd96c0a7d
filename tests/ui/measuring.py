"""Drawing in the window as a hand would: clicks, drags and keys at voxels."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ichviewer.imaging.measurement import Kind
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.slice_view import SliceView

LEFT = Qt.MouseButton.LeftButton
Kji = tuple[float, float, float]


def point(view: SliceView, kji: Kji) -> QPoint:
    """Where a voxel's centre is on the screen, to the next pixel."""
    assert view.plane is not None
    return view.screen_point(*view.plane.pixel(kji)).toPoint()


def click(view: SliceView, kji: Kji) -> None:
    QTest.mouseClick(view.viewport(), LEFT, pos=point(view, kji))


def drag(view: SliceView, *way: Kji) -> None:
    """Press at the first voxel, pass the others, let go at the last."""
    points = [point(view, kji) for kji in way]
    QTest.mousePress(view.viewport(), LEFT, pos=points[0])
    for passed in points[1:]:
        QTest.mouseMove(view.viewport(), passed)
    QTest.mouseRelease(view.viewport(), LEFT, pos=points[-1])


def draw(window: MainWindow, kind: Kind, *places: Kji) -> None:
    """Draw by clicks in the axial view."""
    window.measuring.measures.take_tool(kind)
    for kji in places:
        click(window.images.axial, kji)


def key(window: MainWindow, pressed: Qt.Key, *, shift: bool = False) -> None:
    """Press a key in the axial view."""
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(window.images.axial, pressed, held)
