"""What has to be asked before a picture can be read: HU of its greys, and the size of a pixel."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from ichviewer.imaging.grey_scale import HU_RANGE, PIXEL_MM, USUAL_PIXEL_MM, GreyScale
from ichviewer.imaging.window import Window
from ichviewer.language import tr
from ichviewer.ui.labels import label
from ichviewer.ui.number_field import NumberField
from ichviewer.ui.wording import capital

_WIDTH_PX = 520


class PictureDialog(QDialog):
    """Asks once for all pictures that were opened together."""

    answered = Signal(object, object, object)

    def __init__(
        self, pictures: tuple[Path, ...], presets: tuple[Window, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Open a picture"))
        self._pictures = pictures
        self._presets = presets
        self.windows = QComboBox()
        self.windows.addItems([_words(window) for window in presets])
        self.windows.activated.connect(self._take_preset)
        self.black = _number(HU_RANGE, tr(" HU"))
        self.white = _number(HU_RANGE, tr(" HU"))
        self.spacing = _number(PIXEL_MM, tr(" mm"), decimals=3, step=0.01)
        self.spacing.setValue(USUAL_PIXEL_MM)
        self._problem = label("", "warning", wraps=True)
        self.buttons = QDialogButtonBox()
        self._open = self.buttons.addButton(tr("Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        for box in (self.black, self.white):
            box.valueChanged.connect(self._check)
        self._arrange()
        self._take_preset(0)

    def accept(self) -> None:
        """Hand the answers over."""
        spacing_mm = (self.spacing.value(), self.spacing.value())
        grey = GreyScale(self.black.value(), self.white.value())
        self.answered.emit(self._pictures, grey, spacing_mm)
        super().accept()

    def _arrange(self) -> None:
        form = QFormLayout()
        for text, control in (
            (tr("Made through the window"), self.windows),
            (tr("Black is"), self.black),
            (tr("White is"), self.white),
            (tr("Side of a pixel"), self.spacing),
        ):
            control.setAccessibleName(text)
            form.addRow(text, control)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(label(_title(self._pictures), "heading", wraps=True))
        column.addWidget(label(_what_is_missing(), wraps=True))
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(label(_how_to_know(), "dim", wraps=True))
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.resize(_WIDTH_PX, column.totalHeightForWidth(_WIDTH_PX))

    def _take_preset(self, at: int) -> None:
        window = self._presets[at]
        self.black.setValue(window.center - window.width / 2)
        self.white.setValue(window.center + window.width / 2)

    def _check(self) -> None:
        is_right = self.black.value() < self.white.value()
        self._open.setEnabled(is_right)
        self._problem.setText("" if is_right else tr("White must be more than black."))
        self._problem.setVisible(not is_right)


def _number(
    limits: tuple[float, float], suffix: str, decimals: int = 0, step: float = 1.0
) -> NumberField:
    box = NumberField()
    box.setDecimals(decimals)
    box.setRange(*limits)
    box.setSingleStep(step)
    box.setSuffix(suffix)
    return box


def _words(window: Window) -> str:
    return tr(
        "{name}: {low:.0f} to {high:.0f} HU",
        name=capital(tr(window.name)),
        low=window.center - window.width / 2,
        high=window.center + window.width / 2,
    )


def _title(pictures: tuple[Path, ...]) -> str:
    if len(pictures) == 1:
        return pictures[0].name
    more = len(pictures) - 1
    return tr("{name} and {more} more", name=pictures[0].name, more=more)


def _what_is_missing() -> str:
    return tr(
        "A picture has only greys. Which Hounsfield units they stand for, and how large a pixel "
        "is, cannot be seen in it: please say so. HU, sizes and what the AI makes of them are as "
        "true as what you enter. Every picture must be one axial slice of a head, front on top, "
        "the patient's right on the left, without text."
    )


def _how_to_know() -> str:
    return tr(
        "If you do not know: most pictures are made through the brain window, and a head of 250 "
        "mm on 512 pixels gives pixels of 0.49 mm. On pictures made through a narrow window bone "
        "and dense blood are equally white."
    )
