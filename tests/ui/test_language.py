"""The window in German: menus, findings and keys; what is kept stays as it is in English."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.language import use_language
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.key_help import help_rows
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import AiState, AiStatus, ViewerModel
from tests.ui import samples

NAMES = {action: action.name for action in ACTIONS}
KEYS = {key: QKeySequence(key).toString() for action in ACTIONS for key in action.keys}


@pytest.fixture
def german(
    qtbot: QtBot, qapp: QApplication, model: ViewerModel, jobs: Jobs, messages: Messages
) -> Iterator[MainWindow]:
    texts = QTranslator(qapp)
    assert texts.load("qtbase_de", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    qapp.installTranslator(texts)
    use_language("de", paths.languages_folder())
    window = MainWindow(model, jobs, messages)
    window.resize(1500, 900)
    qtbot.addWidget(window)
    window.show()
    yield window
    use_language("en", paths.languages_folder())
    qapp.removeTranslator(texts)


def test_menus_buttons_and_keys_are_german(german: MainWindow) -> None:
    menus = [menu.text() for menu in german.menuBar().actions()]
    assert menus == ["Datei", "Bild", "Fensterung", "Messen", "KI-Befunde", "Vergleich",
                     "Befundung", "Ansicht", "Hilfe"]  # fmt: skip
    assert "Ordner öffnen …" in {button.text() for button in german.findChildren(QPushButton)}
    rows = {text: keys for part in help_rows(german).values() for keys, text in part}
    assert rows["Ordner öffnen …"] == "Strg+O"
    assert rows["Zeigen: subdural"] == "Strg+5"


def test_actions_keep_their_names_and_keys(german: MainWindow) -> None:
    assert {action: action.name for action in ACTIONS} == NAMES
    assert all(QKeySequence(key).toString() == portable for key, portable in KEYS.items())


def test_findings_are_told_in_german(german: MainWindow) -> None:
    model = german.model
    model.show_volume(samples.series(), samples.volume())
    found = samples.lesion(1, HemorrhageType.SUBDURAL, 4)
    model.ai = AiStatus(AiState.PROCESSED)
    model.findings = samples.findings(found)
    model.lesion = found
    said = " ".join(label.text() for label in german.findings.findChildren(QLabel))
    assert "KI-Ergebnis, nicht zur Primärdiagnose" in said
    assert "Verdacht auf Blutung" in said
    assert "Subdural, links; " in said
    assert "größter Durchmesser" in said
    assert german.statusBar().findChildren(QLabel)[-1].text().startswith("KI: ausgewertet")
