"""Where the window stands: as it was left, on a screen that is there, whole and within reach."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ichviewer.settings import Settings

USUAL_SIZE = QSize(1720, 1000)
#: A window is put back onto a screen that holds at least this share of it.
_LEAST_SHARE = 1 / 3
#: Room above for the title bar, which is not part of a window's rectangle.
_TITLE_BAR_PX = 36


def placed(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """Where a window goes.

    Parameters
    ----------
    wanted
        Where it stood, without its frame; without a valid size where it never stood anywhere.
    screens
        What every present screen has free, the primary one first.
    """
    free = [screen.adjusted(0, _TITLE_BAR_PX, 0, 0) for screen in screens]
    if not wanted.isValid():
        return _centred(USUAL_SIZE, free[0])
    held = [_area(wanted & screen) for screen in free]
    if sum(held) == _area(wanted):
        return wanted  # also where it spans several screens
    if max(held) < _LEAST_SHARE * _area(wanted):
        return _centred(wanted.size(), free[0])
    screen = free[held.index(max(held))]
    size = wanted.size().boundedTo(screen.size())
    left = min(max(wanted.left(), screen.left()), screen.right() - size.width() + 1)
    top = min(max(wanted.top(), screen.top()), screen.bottom() - size.height() + 1)
    return QRect(left, top, size.width(), size.height())


def restore(window: QWidget, settings: Settings) -> None:
    """Put a window where it was left, before it is shown."""
    primary = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not primary]
    screens = [screen.availableGeometry() for screen in (primary, *others)]
    wanted = QRect(*settings.window_px) if settings.window_px else QRect()
    window.setGeometry(placed(wanted, screens))
    if settings.is_maximized:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def remembered(settings: Settings, window: QWidget) -> Settings:
    """Settings with the place of a window."""
    px = window.normalGeometry()
    return replace(
        settings,
        window_px=(px.x(), px.y(), px.width(), px.height()),
        is_maximized=window.isMaximized(),
    )


def _centred(wanted: QSize, screen: QRect) -> QRect:
    size = wanted.boundedTo(screen.size())
    left = screen.left() + (screen.width() - size.width()) // 2
    top = screen.top() + (screen.height() - size.height()) // 2
    return QRect(left, top, size.width(), size.height())


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0
