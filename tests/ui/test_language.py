"""The window in German: menus, findings and keys; what is kept stays as it is in English."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget
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


def test_similar_cases_say_where_and_who_in_german(german: MainWindow) -> None:
    model = german.model
    model.show_volume(samples.series(), samples.volume())
    found = samples.match("near", "subdural")
    case = replace(found.case, site="central, middle third")
    model.matches = samples.matches(replace(found, case=case))
    said = " ".join(label.text() for label in german.similar.findChildren(QLabel))
    assert "links · Mitte, mittleres Drittel" in said
    assert "Annotation: Simulator (exakt)" in said
    assert case.site == "central, middle third", "the case keeps what is stored"


def test_no_number_on_screen_has_a_decimal_point(german: MainWindow) -> None:
    model = german.model
    model.show_volume(samples.series(), samples.volume(2.5))
    found = samples.lesion(1, HemorrhageType.SUBDURAL, 4)
    model.ai = AiStatus(AiState.PROCESSED)
    model.findings = samples.findings(found)
    model.lesion = found
    model.matches = samples.matches(samples.match("near", "subdural"))
    said = [label.text() for label in german.findChildren(QLabel)]
    for table in german.findChildren(QTableWidget):
        cells = [table.item(*at) for at in np.ndindex(table.rowCount(), table.columnCount())]
        said += [cell.text() for cell in cells if cell is not None]
    said += german.images.axial.readout(10, 25)
    assert any("12,3" in text for text in said)
    # Versions are names, with points in every language.
    numbers = [text.replace("sample 1.0", "sample") for text in said]
    assert not [text for text in numbers if re.search(r"\d\.\d", text)]
