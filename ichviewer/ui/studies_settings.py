"""The rows of the settings about studies: what is done ahead, and what is remembered of them."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox

from ichviewer.language import tr
from ichviewer.settings import with_privacy
from ichviewer.ui.settings_rows import Row
from ichviewer.ui.viewer_model import ViewerModel


def studies_rows(model: ViewerModel) -> list[Row]:
    """Reading ahead, and the private mode."""
    ahead = QCheckBox(tr("let the AI read waiting studies while nothing else is to be done"))
    ahead.toggled.connect(lambda is_on: _read_ahead(model, is_on))
    return [
        Row(tr("Studies"), tr("Reading ahead"), ahead,
            lambda: ahead.setChecked(model.choices.is_reading_ahead)),
        private_row(model),
    ]  # fmt: skip


def private_row(model: ViewerModel) -> Row:
    """Whether the program remembers what was opened."""
    private = QCheckBox(tr("do not remember which studies were opened; forget them now"))
    private.setToolTip(
        tr("Your readings are kept all the same: their journals name no patient and no folder.")
    )
    private.toggled.connect(lambda is_on: _be_private(model, is_on))
    return Row(tr("Studies"), tr("Private mode"), private,
               lambda: private.setChecked(model.choices.is_private))  # fmt: skip


def _read_ahead(model: ViewerModel, is_on: bool) -> None:
    model.choices = replace(model.choices, is_reading_ahead=is_on)


def _be_private(model: ViewerModel, is_on: bool) -> None:
    model.choices = with_privacy(model.choices, is_on)
