"""The settings: groups on the left, their rows on the right, and a search over all of them."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ichviewer.language import tr
from ichviewer.settings import Settings
from ichviewer.ui.key_rows import KEYS, key_rows
from ichviewer.ui.labels import label
from ichviewer.ui.settings_rows import Row, looks_rows, mouse_rows, preset_rows
from ichviewer.ui.studies_settings import studies_rows
from ichviewer.ui.viewer_model import ViewerModel


class SettingsDialog(QDialog):
    """Every change is in effect at once; there is nothing to confirm."""

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings"))
        self.resize(860, 640)
        self._model = model
        self.rows: list[Row] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search all settings"))
        self.search.setAccessibleName(tr("Search all settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self._groups = QListWidget()
        self._groups.setAccessibleName(tr("Groups of settings"))
        self._grid = QGridLayout()
        self._groups.setFixedWidth(170)
        self._groups.setSpacing(3)
        self._groups.currentRowChanged.connect(self._filter)
        self._nothing = label(tr("No setting is called so."), "dim")
        self._labels: list[QLabel] = []
        self._arrange()
        rows = (looks_rows, mouse_rows, preset_rows, studies_rows)
        self._add([row for made in rows for row in made(model)])
        self._groups.addItems([*dict.fromkeys(row.group for row in self.rows), tr(KEYS)])
        model.choices_changed.connect(self._show_choices)
        self._groups.setCurrentRow(0)
        self.search.setFocus()

    def _arrange(self) -> None:
        self._page = page = QWidget()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(20)
        column = QVBoxLayout(page)
        column.addLayout(self._grid)
        column.addWidget(self._nothing)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAccessibleName(tr("Settings"))
        middle = QHBoxLayout()
        middle.addWidget(self._groups)
        middle.addWidget(scroll, 1)
        buttons = QDialogButtonBox()
        usual = QPushButton(tr("All as usual"))
        usual.setToolTip(tr("Give keys, mouse, presets and looks their usual values back"))
        usual.clicked.connect(self._reset)
        buttons.addButton(usual, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.addWidget(self.search)
        whole.addLayout(middle, 1)
        whole.addWidget(buttons)

    def _add(self, rows: list[Row]) -> None:
        """Put rows below those that are there."""
        for at, row in enumerate(rows, len(self.rows)):
            name = label(row.text)
            name.setBuddy(row.control)
            if not row.control.accessibleName():
                row.control.setAccessibleName(row.text)
            self._labels.append(name)
            self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(row.control, at, 1)
            row.show()
        self.rows += rows

    def _filter(self) -> None:
        """Show what is searched for, in all groups; without a search the chosen group."""
        words = self.search.text().lower().split()
        chosen = self._groups.currentItem()
        group, keys = chosen.text() if chosen is not None else "", tr(KEYS)
        # Hidden as a whole, its rows come and go without a layout for each of them.
        self._page.hide()
        if (words or group == keys) and not any(row.group == keys for row in self.rows):
            # The longest group is made when it is wanted, so that the window is never kept waiting.
            self._add(key_rows(self._model))
        found = False
        for row, name in zip(self.rows, self._labels, strict=True):
            is_shown = _matches(row, words) if words else row.group == group
            found |= is_shown
            row.control.setVisible(is_shown)
            name.setVisible(is_shown)
        self._nothing.setVisible(not found)
        self._page.show()

    def _show_choices(self) -> None:
        for row in self.rows:
            row.show()

    def _reset(self) -> None:
        """Give every choice that this dialog shows its usual value back."""
        now = self._model.choices
        self._model.choices = replace(
            Settings(),
            device=now.device,
            library_folder=now.library_folder,
            language=now.language,
            is_introduced=now.is_introduced,
            is_private=now.is_private,
            recent=now.recent,
        )


def _matches(row: Row, words: list[str]) -> bool:
    text = f"{row.group} {row.text}".lower()
    return all(word in text for word in words)
