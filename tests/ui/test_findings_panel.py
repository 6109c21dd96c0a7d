"""The findings panel: provenance is one click away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.ui.main_window import MainWindow
from tests.ui import samples


def test_one_click_shows_where_the_result_comes_from(window: MainWindow, qtbot: QtBot) -> None:
    model = window.model
    model.scan = samples.scan(samples.series())
    model.show_volume(model.scan.series[0], samples.volume())
    model.findings = samples.findings()
    button = next(x for x in window.findings.findChildren(QPushButton) if x.text() == "Models…")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = window.findings.findChild(QDialog)
    said = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "Series: 1.2.3" in said
    assert "sha256: " + "ab" * 32 in said
    dialog.close()


def test_what_is_said_of_a_finding_wraps_instead_of_widening_the_column(
    window: MainWindow,
) -> None:
    model = window.model
    model.scan = samples.scan(samples.series())
    model.show_volume(model.scan.series[0], samples.volume())
    lesion = samples.lesion(1, HemorrhageType.INTRAPARENCHYMAL, 1)
    model.findings = samples.findings(lesion)
    model.go_to_lesion(lesion)
    said = [
        label
        for label in window.findings.findChildren(QLabel)
        if label.text().startswith(("Finding 1:", "Your answer:"))
    ]
    assert len(said) == 2
    assert all(label.minimumWidth() == 1 and label.wordWrap() for label in said)
