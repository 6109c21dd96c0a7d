"""The page of the first start: what the program is for, and what to choose before reading."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ichviewer.language import tr
from ichviewer.ui.banner import Banner
from ichviewer.ui.labels import label
from ichviewer.ui.mouse import gestures_in_words, scheme_of
from ichviewer.ui.settings_rows import Row, language_row, scheme_row, theme_row
from ichviewer.ui.studies_settings import private_row
from ichviewer.ui.viewer_model import ViewerModel

_WIDTH_PX = 720
_PLAIN = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)
_BEGIN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class FirstRun(QScrollArea):
    """Fills the window until the reader begins; all but the language is in effect at once."""

    begun = Signal()
    demo_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("First steps"))
        self.setWidgetResizable(True)
        self._model = model
        language, private = language_row(model), private_row(model)
        self._rows = {
            tr("Mouse scheme"): scheme_row(model),
            tr("Theme"): theme_row(model),
            language.text: language,
            private.text: private,
        }
        self._gestures = label("", "dim", wraps=True)
        self._start = QPushButton(tr("Start"))
        self._start.clicked.connect(self.begun)
        self._demo = QPushButton(tr("Open the demo study"))
        self._demo.clicked.connect(self.demo_wanted)
        for button in (self._start, self._demo):
            button.setAutoDefault(True)
        self._arrange()
        model.choices_changed.connect(self._show_choices)
        self._show_choices()

    def event(self, event: QEvent) -> bool:
        """Keep plain keys from the images, which are not to be seen; the others stay shortcuts."""
        if isinstance(event, QKeyEvent) and event.modifiers() in _PLAIN:
            is_shortcut = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
            if event.type() == QEvent.Type.ShortcutOverride and not is_shortcut:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Begin by Enter or Esc, wherever the focus is."""
        if event.key() in _BEGIN:
            self.begun.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Start from the top, at the first choice."""
        super().showEvent(event)
        self.verticalScrollBar().setValue(0)
        next(iter(self._rows.values())).control.setFocus()

    def _show_choices(self) -> None:
        for row in self._rows.values():
            row.show()
        scheme = scheme_of(self._model.choices)
        self._gestures.setText(
            " · ".join(f"{gesture}: {what}" for gesture, what in gestures_in_words(scheme))
        )

    def _arrange(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(16)
        title = label(tr("Welcome to ichviewer"), "heading")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(label(_what_it_does(), wraps=True))
        column.addWidget(Banner())
        column.addWidget(label(_what_it_is_not(), wraps=True))
        column.addLayout(_grid(self._rows))
        column.addWidget(self._gestures)
        column.addWidget(label(_where_it_is_changed(), "dim", wraps=True))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._demo)
        buttons.addWidget(self._start)
        column.addLayout(buttons)
        column.addStretch(3)
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH_PX)
        middle.setLayout(column)
        page = QWidget()
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        self.setWidget(page)


def _grid(rows: dict[str, Row]) -> QGridLayout:
    grid = QGridLayout()
    grid.setColumnStretch(1, 1)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(10)
    for at, (text, row) in enumerate(rows.items()):
        name = label(text)
        name.setBuddy(row.control)
        row.control.setAccessibleName(text)
        grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(row.control, at, 1)
    return grid


def _what_it_does() -> str:
    return tr(
        "A place to read head CT for intracranial hemorrhage. It shows the slices as they were "
        "acquired, lets models look for blood, measures it, and finds similar known cases. "
        "Everything happens on this computer: files are only read, and nothing is sent anywhere."
    )


def _what_it_is_not() -> str:
    return tr(
        "This banner stands wherever the AI has its say. The models that come with the program "
        "were trained on simulated CT only. They miss hemorrhages, mark what is no hemorrhage, and "
        "how well they do on patients has not been measured. Read the images yourself. This "
        "program is not a medical device."
    )


def _where_it_is_changed() -> str:
    return tr("All of this can be changed at any time: in the settings, and here by the Help menu.")
