"""A whole reading of a study in the real window, by keys alone or by mouse.

A reading is a row of stations: open, presets, scroll, finding, length, abc2, accept, reject, key
image, report, close. Tests walk along it, the picture maker photographs every station, the soak
walks it for hours, and ``python -m tests.ui.scripted_read`` is killed in the middle of it.
"""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QTableWidget, QToolBar, QWidget

from ichviewer.language import tr
from ichviewer.ui.main_window import MainWindow
from tests.ui import measuring

Station = Callable[[], None]
LIMIT_S = 600.0
_LEFT = Qt.MouseButton.LeftButton


class Reader:
    """Somebody who reads one study; the two hands below differ in how they do it.

    Parameters
    ----------
    window
        The real window, shown.
    folder
        What to drop on the window; None opens the demo study as a reader would.
    """

    def __init__(self, window: MainWindow, folder: Path | None = None) -> None:
        self.window = window
        self.model = window.model
        self.folder = folder

    @property
    def stations(self) -> tuple[Station, ...]:
        """What a reader does with a study, in order."""
        return (
            self.open, self.presets, self.scroll, self.finding, self.length, self.abc2,
            self.accept, self.reject, self.key_image, self.report, self.close,
        )  # fmt: skip

    def read(self, after: Callable[[str], None] = lambda station: None) -> None:
        """Walk along all stations; those after the first only where a series came on screen."""
        # Keys reach active windows only, and without a window manager nobody else makes it so.
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow)
        for station in self.stations:
            if station == self.open or self.model.volume is not None:
                station()
                self.settle()
                after(station.__name__)

    def open(self) -> None:
        """Open the study, and wait for images, AI and similar cases."""
        if self.folder is None:
            self.open_demo()
        else:
            drop(self.window, self.folder)
        self.wait(lambda: self.window.jobs.is_busy)
        self.wait(lambda: not self.window.jobs.is_busy)

    def settle(self) -> None:
        """Let the window paint what has changed."""
        for _ in range(3):
            QApplication.processEvents()

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the window work until something is true."""
        limit_s = time.monotonic() + LIMIT_S
        while not until():
            if time.monotonic() > limit_s:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)

    def open_demo(self) -> None:
        """Open the demo study that ships."""
        raise NotImplementedError

    def presets(self) -> None:
        """Look through every preset, and come back to the first."""
        raise NotImplementedError

    def scroll(self) -> None:
        """Go through the whole head."""
        raise NotImplementedError

    def finding(self) -> None:
        """Go to the AI's first finding."""
        raise NotImplementedError

    def length(self) -> None:
        """Measure a length."""
        raise NotImplementedError

    def abc2(self) -> None:
        """Measure a volume by ABC/2."""
        raise NotImplementedError

    def accept(self) -> None:
        """Accept the first finding."""
        raise NotImplementedError

    def reject(self) -> None:
        """Reject the second finding."""
        raise NotImplementedError

    def key_image(self) -> None:
        """Mark the slice."""
        raise NotImplementedError

    def report(self) -> None:
        """Answer for the series, and take the measurements along for the report."""
        raise NotImplementedError

    def close(self) -> None:
        """Take the study off the list."""
        raise NotImplementedError


class ByKeys(Reader):
    """Reads without a mouse."""

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as the key help writes them."""
        for key in keys:
            pressed = QKeySequence(key)[0]
            target = QApplication.focusWidget() or self.window
            QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())
            QApplication.processEvents()

    def open_demo(self) -> None:
        self.press("Ctrl+D")

    def presets(self) -> None:
        self.press("1", "2", "3", "4", "5", "6", "7", "8", "0", "1")

    def scroll(self) -> None:
        assert self.model.volume is not None
        self.press("End")
        self.press(*["Up"] * (self.model.volume.shape_kji[0] - 1))
        self.press(*["PgDown"] * 3)

    def finding(self) -> None:
        self.press("N")

    def length(self) -> None:
        # Tab to the second end, ten pixels to the right and two slices up, and let go of it.
        self.press("M", "Return", "Tab", "Tab", "Shift+Right", "PgUp", "PgUp", "Esc", "Esc")

    def abc2(self) -> None:
        self.press("Q", "Return", "Esc", "Esc")

    def accept(self) -> None:
        self.press("A")

    def reject(self) -> None:
        self.press("N", "R")

    def key_image(self) -> None:
        self.press("K")

    def report(self) -> None:
        self.press("Alt+P", "Ctrl+C")

    def close(self) -> None:
        self.press("Ctrl+W")


class ByMouse(Reader):
    """Reads without a keyboard."""

    def choose(self, key: str) -> None:
        """Click on an action in its menu; it is named by the key that the menu shows."""
        menu, action = self._entry(key)
        bar = self.window.menuBar()
        QTest.mouseClick(bar, _LEFT, pos=bar.actionGeometry(menu.menuAction()).center())
        menu.setActiveAction(action)
        QTest.mouseClick(menu, _LEFT, pos=menu.actionGeometry(action).center())
        QApplication.processEvents()

    def click_button(self, text: str) -> None:
        """Click on the visible button that says so."""
        named = (b for b in self.window.findChildren(QPushButton) if b.text() == text)
        QTest.mouseClick(next(b for b in named if b.isVisible()), _LEFT)
        QApplication.processEvents()

    def turn_wheel(self, notches: int, held: Qt.KeyboardModifier | None = None) -> None:
        """Turn the wheel over the middle of the axial view; away from the reader is positive."""
        view = self.window.images.axial.viewport()
        at = QPointF(view.rect().center())
        turned = QWheelEvent(
            at, QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, held or Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, turned)
        QApplication.processEvents()

    def open_demo(self) -> None:
        self.click_button(tr("Open the demo study"))

    def presets(self) -> None:
        bar = self.window.findChild(QToolBar)
        assert bar is not None
        by_key = {action.shortcut().toString(): action for action in bar.actions()}
        for key in "12345671":
            QTest.mouseClick(bar.widgetForAction(by_key[key]), _LEFT)
            QApplication.processEvents()
        self.drag_window(QPoint(40, 20))

    def drag_window(self, by: QPoint) -> None:
        """Change the window with the right button, and go back to the preset."""
        view = self.window.images.axial.viewport()
        start, right = view.rect().center(), Qt.MouseButton.RightButton
        QTest.mousePress(view, right, pos=start)
        for step in range(1, 11):
            QTest.mouseMove(view, start + by * (step / 10))
            QApplication.processEvents()
        QTest.mouseRelease(view, right, pos=start + by)
        self.choose("1")

    def scroll(self) -> None:
        assert self.model.volume is not None
        slices = self.model.volume.shape_kji[0]
        for notch in (1, -1):
            for _ in range(slices):
                self.turn_wheel(notch)
        self.turn_wheel(1, Qt.KeyboardModifier.ShiftModifier)

    def finding(self) -> None:
        self._click_finding(0)

    def length(self) -> None:
        self.choose("M")
        k, j, i = self.model.cursor_kji
        self._click(k, j - 40, i)
        self._click(k, j + 40, i)

    def abc2(self) -> None:
        self.choose("Q")
        k, j, i = self.model.cursor_kji
        for down, right in ((-40, 0), (40, 0), (0, -25), (0, 25)):
            self._click(k, j + down, i + right)
        for notches in (-1, 2):
            self.turn_wheel(notches)
            self._click(self.model.cursor_kji[0], j, i)

    def accept(self) -> None:
        self._judge(0, tr("Accept"))

    def reject(self) -> None:
        self._judge(1, tr("Reject"))

    def key_image(self) -> None:
        self.choose("K")

    def report(self) -> None:
        self.choose("Alt+P")
        self.choose("Ctrl+C")

    def close(self) -> None:
        self.choose("Ctrl+W")

    def _judge(self, row: int, word: str) -> None:
        if self._click_finding(row):
            self.click_button(word)

    def _click_finding(self, row: int) -> bool:
        """Click on a row of the findings; False where the AI found less."""
        table = self.window.findings.findChild(QTableWidget)
        if table is None or row >= table.rowCount():
            return False
        table.scrollToItem(table.item(row, 0))
        at = table.visualItemRect(table.item(row, 0)).center()
        QTest.mouseClick(table.viewport(), _LEFT, pos=at)
        QApplication.processEvents()
        return True

    def _click(self, k: int, j: int, i: int) -> None:
        measuring.click(self.window.images.axial, (k, j, i))
        QApplication.processEvents()

    def _entry(self, key: str) -> tuple[QMenu, QAction]:
        """The menu that an action stands in, and the action."""
        for menu in self.window.menuBar().findChildren(QMenu):
            for action in menu.actions():
                if action.shortcut().toString() == key:
                    return menu, action
        raise LookupError(f"no menu shows {key}")


def drop(window: QWidget, folder: Path) -> None:
    """Drop a folder on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    window.dropEvent(
        QDropEvent(
            QPointF(window.rect().center()),
            Qt.DropAction.CopyAction,
            data,
            _LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
    )
