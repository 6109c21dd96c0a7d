"""Starts the program, says how its window comes up, begins, and leaves it elsewhere if told to.

``python -m tests.ui.left_window [LEFT TOP WIDTH HEIGHT]``; screens come from QT_QPA_PLATFORM.
"""

import sys

from PySide6.QtCore import QRect, QTimer
from PySide6.QtWidgets import QApplication

from ichviewer.ui.application import make_application, run
from ichviewer.ui.main_window import MainWindow


def main() -> None:
    make_application()

    def look() -> None:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        at = window.geometry()
        print(at.x(), at.y(), at.width(), at.height(), int(window.first_run.isVisible()))
        window.begin()
        if sys.argv[1:]:
            window.setGeometry(QRect(*map(int, sys.argv[1:])))
        window.close()

    QTimer.singleShot(0, look)
    raise SystemExit(run(None))


if __name__ == "__main__":
    main()
