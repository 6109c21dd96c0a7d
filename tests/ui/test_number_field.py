"""Numbers typed into a field: either decimal mark is understood, the language's is shown."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichviewer.ui.number_field import NumberField

#: Prints what a field shows in a program that speaks German.
PROGRAM = """
from ichviewer import paths
from ichviewer.language import use_language
from ichviewer.ui.application import make_application
from ichviewer.ui.number_field import NumberField
use_language("de", paths.languages_folder())
application = make_application()
field = NumberField()
field.setValue(0.25)
print(field.text())
"""


@pytest.fixture(params=["en", "de"])
def field(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[NumberField]:
    made = NumberField()
    made.setLocale(QLocale(request.param))
    made.setDecimals(3)
    made.setRange(0.0, 5000.0)
    made.setSuffix(" mm")
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("typed", "value"), [("0.49", 0.49), ("0,49", 0.49), ("1.234", 1.234), ("1234", 1234.0)]
)
def test_point_and_comma_are_both_decimal(field: NumberField, typed: str, value: float) -> None:
    field.selectAll()
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == value
    assert field.text() == f"{value:.3f} mm".replace(".", field.locale().decimalPoint())


def test_pasted_numbers_are_understood_too(field: NumberField) -> None:
    for text in ("0.3", "0,3"):
        QApplication.clipboard().setText(text)
        field.setValue(1.0)
        field.selectAll()
        field.lineEdit().paste()
        assert field.value() == 0.3


def test_two_marks_are_no_number(field: NumberField) -> None:
    field.selectAll()
    QTest.keyClicks(field, "1.2,5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 1.25, "the second mark is not taken, like any other letter"


def test_fields_of_the_program_follow_its_language() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100, check=True
    )
    assert ran.stdout.strip() == "0,25"
