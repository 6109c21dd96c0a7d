"""A picture is opened: it is asked what it does not say, and it is read like a study."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.picture import encode_png
from ichviewer.imaging.window import PRESETS, apply_window
from ichviewer.ui import wording
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.picture_dialog import PictureDialog
from ichviewer.ui.viewer_model import AiState
from tests.ui.test_main_window import drop

WAIT_MS = 400_000


def picture(path: Path) -> Path:
    """The middle slice of the demo through the brain window."""
    volume = load_volume(scan_folder(paths.demo_study_folder()).series[0])
    path.write_bytes(
        encode_png(apply_window(volume.hu[len(volume.hu) // 2], PRESETS[1]).astype(np.uint8))
    )
    return path


def test_a_dropped_picture_is_asked_about_and_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(window, picture(tmp_path / "slice.png"))
    dialog = window.findChild(PictureDialog)
    assert dialog is not None
    assert (dialog.black.value(), dialog.white.value()) == (0, 80)
    dialog.spacing.setValue(0.45)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    model = window.model
    qtbot.waitUntil(lambda: model.matches is not None, timeout=WAIT_MS)
    assert model.volume is not None
    assert model.volume.geometry is GeometryClass.SINGLE
    assert model.volume.spacing_mm[1:] == (0.45, 0.45)
    assert model.study is not None
    assert wording.study_title(model.study) == "slice.png"
    assert model.ai.state is AiState.WARNED
    assert "A picture without geometry" in model.ai.sentence
    assert model.choices.recent == (tmp_path / "slice.png",)


def test_cancelling_opens_nothing(window: MainWindow, tmp_path: Path) -> None:
    drop(window, tmp_path / "slice.jpg")
    dialog = window.findChild(PictureDialog)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not window.jobs.is_busy
    assert window.model.scan is None


def test_presets_fill_the_greys_and_nonsense_cannot_be_entered(qtbot: QtBot) -> None:
    dialog = PictureDialog((Path("a.png"), Path("b.png")), tuple(PRESETS.values()))
    qtbot.addWidget(dialog)
    got: list[object] = []
    dialog.answered.connect(lambda *answers: got.extend(answers))
    dialog.windows.setCurrentIndex(1)
    dialog.windows.activated.emit(1)
    assert (dialog.black.value(), dialog.white.value()) == (-20, 180)
    dialog.black.setValue(180)
    button = next(
        one
        for one in dialog.buttons.buttons()
        if dialog.buttons.buttonRole(one) is QDialogButtonBox.ButtonRole.AcceptRole
    )
    assert not button.isEnabled()
    dialog.black.setValue(-100)
    assert button.isEnabled()
    dialog.accept()
    assert got == [(Path("a.png"), Path("b.png")), GreyScale(-100, 180), (0.49, 0.49)]
