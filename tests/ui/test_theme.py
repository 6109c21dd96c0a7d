"""Both themes can be read: text, tones and type names have enough contrast."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.report.colours import TYPE_COLOURS
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.palette import DARK, LIGHT, Palette
from ichviewer.ui.theme import READABLE_CONTRAST, apply_theme, contrast, type_ink


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_words_can_be_read_on_every_ground(palette: Palette) -> None:
    for ground in (palette.panel, palette.ground, palette.raised, palette.field):
        for ink in (palette.text, palette.dim, palette.calm, palette.warning, palette.error):
            assert contrast(QColor(ink), QColor(ground)) >= READABLE_CONTRAST, (ink, ground)
    assert contrast(QColor(palette.selected_text), QColor(palette.selection)) >= READABLE_CONTRAST
    assert contrast(QColor(palette.warning), QColor(palette.note_ground)) >= READABLE_CONTRAST
    assert contrast(QColor(palette.text), QColor(palette.error_ground)) >= READABLE_CONTRAST
    # Borders and focus frames need 3:1 (WCAG 2.1, 1.4.11).
    assert contrast(QColor(palette.accent), QColor(palette.panel)) >= 3


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_the_theme_is_switched_while_running(window: MainWindow, qapp: QApplication) -> None:
    dark = window.palette().color(QPalette.ColorRole.WindowText)
    window.model.choices = replace(window.model.choices, theme="light")
    try:
        assert window.palette().color(QPalette.ColorRole.WindowText) == QColor(LIGHT.text) != dark
        for kind in HemorrhageType:
            assert contrast(type_ink(kind), QColor(LIGHT.panel)) >= READABLE_CONTRAST
        image = window.images.axial.grab().toImage()
        assert image.pixelColor(5, 5) == QColor("#000000"), "images stay on black"
    finally:
        apply_theme(qapp, "dark")
    for kind in HemorrhageType:
        assert contrast(type_ink(kind), QColor(DARK.panel)) >= READABLE_CONTRAST


@pytest.mark.parametrize("name", ["dark", "light"])
def test_an_empty_check_box_can_be_seen(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    apply_theme(qapp, name)
    try:
        box = QCheckBox("private")
        qtbot.addWidget(box)
        image = box.grab().toImage()
        ground = image.pixelColor(image.width() - 1, 0)
        seen = [image.pixelColor(x, image.height() // 2) for x in range(16)]
        assert max(contrast(colour, ground) for colour in seen) >= 3
    finally:
        apply_theme(qapp, "dark")


def test_the_types_have_the_colours_of_the_colour_blind_safe_set() -> None:
    found = {kind.word: QColor(*TYPE_COLOURS[kind]).name().upper() for kind in HemorrhageType}
    assert found == {
        "epidural": "#E69F00",
        "subdural": "#56B4E9",
        "subarachnoid": "#009E73",
        "intraparenchymal": "#D55E00",
        "intraventricular": "#CC79A7",
    }


def test_a_theme_given_again_costs_nothing(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    sheet = qapp.styleSheet()
    probe = QWidget()
    apply_theme(qapp, "dark")
    assert qapp.styleSheet() is sheet or qapp.styleSheet() == sheet
    probe.deleteLater()
