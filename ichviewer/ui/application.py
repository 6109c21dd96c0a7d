"""Start the window, and end cleanly."""

import sys
from pathlib import Path

# A median imports this on its first use, which would stop the window while a series opens.
import numpy.ma  # noqa: F401
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from ichviewer import __version__, paths, workflow
from ichviewer.errors import SettingsError
from ichviewer.language import chosen_language
from ichviewer.settings import Settings, read_settings, write_settings
from ichviewer.ui import placement
from ichviewer.ui.garbage import spare_what_stands
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.theme import apply_theme
from ichviewer.ui.viewer_model import ViewerModel
from ichviewer.ui.watchdog import Watchdog

_WRITE_AFTER_MS = 600


def run(folder: Path | None) -> int:
    """Open the window, and a folder in it; return the exit code when it is closed."""
    application = make_application()
    messages = Messages()
    messages.catch_unexpected()
    model = ViewerModel()
    settings, problem = _settings()
    model.choices = settings
    with workflow.start_worker() as worker:
        window = MainWindow(model, Jobs(worker, model, messages, settings.device), messages)
        if problem is not None:
            messages.failure(problem)
        placement.restore(window, settings)
        # A file that makes no sense is left for the user to correct.
        keeper = Keeper(model, messages, paths.settings_file()) if problem is None else None
        window.show()
        if folder is not None:
            QTimer.singleShot(0, lambda: window.open_paths(folder))
        else:
            QTimer.singleShot(0, window.reading.look_for_interrupted)
            if problem is None and not settings.is_introduced:
                window.show_first_steps()
        spare_what_stands()
        watchdog = Watchdog()
        code = application.exec()
        watchdog.stop()
        model.choices = placement.remembered(model.choices, window)
        if keeper is not None:
            keeper.write()
        return code


class Keeper(QObject):
    """Writes the reader's choices to their file, a moment after the last change."""

    def __init__(self, model: ViewerModel, messages: Messages, file: Path) -> None:
        super().__init__()
        self._model = model
        self._messages = messages
        self._file = file
        self._written = model.choices
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WRITE_AFTER_MS)
        self._timer.timeout.connect(self.write)
        model.choices_changed.connect(self._timer.start)

    def write(self) -> None:
        """Write what has changed since the last time."""
        self._timer.stop()
        if self._model.choices != self._written:
            self._written = self._model.choices
            try:
                write_settings(self._model.choices, self._file)
            except SettingsError as error:
                self._messages.failure(error)


def _settings() -> tuple[Settings, SettingsError | None]:
    """The user's settings, or the usual ones and why."""
    try:
        return read_settings(paths.settings_file()), None
    except SettingsError as error:
        return Settings(), error


def make_application() -> QApplication:
    """The one QApplication, with name, icon, theme and exact fractional scaling."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    QCoreApplication.setApplicationName("ichviewer")
    QCoreApplication.setApplicationVersion(__version__)
    icon = paths.resources_folder() / "icons" / "ichviewer.png"
    application.setWindowIcon(QIcon(str(icon)))
    apply_theme(application)
    _speak(application)
    return application


def _speak(application: QApplication) -> None:
    """Have Qt's own texts, such as the names of keys, and numbers in fields as the program's."""
    QLocale.setDefault(QLocale(chosen_language()))
    texts = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if texts.load(f"qtbase_{chosen_language()}", folder):
        application.installTranslator(texts)
