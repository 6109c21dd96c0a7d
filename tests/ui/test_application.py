"""The reader's choices reach their file, and trouble with it reaches the reader."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from ichviewer.settings import Settings, read_settings
from ichviewer.ui.application import Keeper
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel


def test_choices_are_written_a_moment_after_the_change(
    model: ViewerModel, messages: Messages, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    keeper = Keeper(model, messages, file)
    keeper.write()
    assert not file.exists(), "nothing was chosen, so nothing is written"
    model.choices = replace(Settings(), theme="light", mouse_scheme="OHIF/Weasis")
    qtbot.waitUntil(file.exists, timeout=5000)
    assert read_settings(file) == model.choices


def test_a_file_that_cannot_be_written_is_said_once(
    model: ViewerModel, messages: Messages, tmp_path: Path
) -> None:
    (tmp_path / "in the way").write_text("a file, not a folder")
    keeper = Keeper(model, messages, tmp_path / "in the way" / "settings.json")
    model.choices = replace(Settings(), theme="light")
    keeper.write()
    assert messages.current is not None
    assert "cannot be written" in messages.current.sentence
