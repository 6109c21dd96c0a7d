"""The rows of the settings that assign keys, with a sentence where a key is taken."""

from dataclasses import replace

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QPushButton, QVBoxLayout, QWidget

from ichviewer.language import tr, tr_later
from ichviewer.ui.action import Action
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.keys import conflict, conflict_sentence, key_text, keys_of
from ichviewer.ui.labels import label
from ichviewer.ui.settings_rows import Row
from ichviewer.ui.viewer_model import ViewerModel

KEYS = tr_later("Keys")


def key_rows(model: ViewerModel) -> list[Row]:
    """One row per action."""
    rows = []
    for action in ACTIONS:
        control = KeyControl(model, action)
        rows.append(Row(tr(KEYS), f"{tr(action.menu)}: {action.words}", control, control.show_keys))
    return rows


class KeyControl(QWidget):
    """Takes one key for one action; a key that another action has is refused with its name.

    A button until it is pressed: a hundred fields would keep the reader waiting.
    """

    def __init__(self, model: ViewerModel, action: Action) -> None:
        super().__init__()
        self._model = model
        self._action = action
        self._button = QPushButton()
        self._button.setToolTip(tr("Press to change"))
        self._button.clicked.connect(self.begin)
        self._edit: QKeySequenceEdit | None = None
        self._refusal = label("", "error", wraps=True)
        self._refusal.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._button)
        self._column.addWidget(self._refusal)

    def begin(self) -> None:
        """Make place for another key."""
        if self._edit is None:
            self._edit = self._make_fields()
        self._button.hide()
        self.show_keys()
        self._edit.setFocus()

    def show_keys(self) -> None:
        """Show the key in use."""
        own = self._model.choices.keys
        keys = key_text(self._action, own) or tr("no key")
        self._button.setText(keys)
        self._button.setAccessibleName(
            tr("Key for {action}: {keys}", action=self._action.words, keys=keys)
        )
        if self._edit is not None:
            now = keys_of(self._action, own)
            self._edit.setKeySequence(QKeySequence(now[0]) if now else QKeySequence())
            self._usual.setEnabled(self._action.name in own)

    def take(self, keys: tuple[str, ...]) -> None:
        """Use these keys, unless another action has one of them."""
        own = {n: k for n, k in self._model.choices.keys.items() if n != self._action.name}
        for key in keys:
            other = conflict(self._action, key, own)
            if other is not None:
                self._refuse(conflict_sentence(key, other))
                self.show_keys()
                return
        self._refuse("")
        if keys != self._action.keys:
            own[self._action.name] = keys
        self._model.choices = replace(self._model.choices, keys=own)

    def _make_fields(self) -> QKeySequenceEdit:
        edit = QKeySequenceEdit()
        edit.setMaximumSequenceLength(1)
        edit.setClearButtonEnabled(True)
        edit.setAccessibleName(tr("Key for {action}", action=self._action.words))
        edit.editingFinished.connect(self._take)
        self._usual = QPushButton(tr("Usual"))
        self._usual.setToolTip(tr("Give this action its usual key back"))
        self._usual.setAccessibleName(tr("Usual key for {action}", action=self._action.words))
        self._usual.clicked.connect(self._take_usual)
        row = QHBoxLayout()
        row.addWidget(edit, 1)
        row.addWidget(self._usual)
        self._column.insertLayout(0, row)
        return edit

    def _take(self) -> None:
        assert self._edit is not None
        key = self._edit.keySequence().toString()
        now = keys_of(self._action, self._model.choices.keys)
        if key != (QKeySequence(now[0]).toString() if now else ""):
            self.take((key,) if key else ())

    def _take_usual(self) -> None:
        self.take(self._action.keys)

    def _refuse(self, sentence: str) -> None:
        self._refusal.setText(sentence)
        self._refusal.setVisible(bool(sentence))
