"""The hemorrhage types: overlay toggle, probability with its operating point, total volume."""

from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.language import tr
from ichviewer.settings import OPACITY_RANGE
from ichviewer.ui import wording
from ichviewer.ui.labels import label
from ichviewer.ui.theme import ON_IMAGE, colours, type_colour
from ichviewer.ui.viewer_model import ViewerModel

_SHARE_PX = 56


class TypeRows(QWidget):
    """Per type: overlay toggle, probability, total volume, opacity; below, that of all types."""

    def __init__(self, model: ViewerModel) -> None:
        super().__init__()
        self._model = model
        self._toggles: dict[HemorrhageType, QCheckBox] = {}
        self._shares: dict[HemorrhageType, QSlider] = {}
        self._bars = {column: _Bar() for column in range(6)}
        self._percents = {column: _figure(">99 %") for column in range(6)}
        self._volumes = {column: _figure("888.8 mL") for column in range(6)}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(tr("Any hemorrhage")), 0, 0)
        for kind in HemorrhageType:
            grid.addWidget(self._toggle(kind), int(kind), 0)
            grid.addWidget(self._share(kind), int(kind), 4)
        for column in range(6):
            grid.addWidget(self._bars[column], column, 1)
            grid.addWidget(self._percents[column], column, 2)
            grid.addWidget(self._volumes[column], column, 3)
        self._opacity = _slider(
            tr("Opacity of the overlay"), tr("Opacity of the overlay: [ and ]. Hold O to hide it.")
        )
        self._opacity.valueChanged.connect(self._set_opacity)
        grid.addWidget(label(tr("Opacity"), "dim"), 0, 4)
        grid.addWidget(label(tr("Overlay opacity"), "dim"), 6, 0)
        grid.addWidget(self._opacity, 6, 1)
        grid.addWidget(label(tr("hold O to hide"), "dim"), 6, 2, 1, 3, Qt.AlignmentFlag.AlignRight)
        model.findings_changed.connect(self._refresh)
        model.edited_changed.connect(self._refresh)
        model.overlay_changed.connect(self._refresh_overlay)
        model.choices_changed.connect(self._take_shares)
        self._take_shares()
        self._refresh()
        self._refresh_overlay()

    def _toggle(self, kind: HemorrhageType) -> QCheckBox:
        box = QCheckBox(wording.capital(tr(kind.word)))
        swatch = QPixmap(12, 12)
        swatch.fill(type_colour(kind))
        box.setIcon(QIcon(swatch))
        box.setToolTip(
            tr("Show {type} in the overlay (Ctrl+{key})", type=tr(kind.word), key=int(kind))
        )
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.clicked.connect(lambda: self._model.toggle_type(kind))
        self._toggles[kind] = box
        return box

    def _share(self, kind: HemorrhageType) -> QSlider:
        name = tr("Opacity of {type}", type=tr(kind.word))
        slider = self._shares[kind] = _slider(name, name)
        slider.setFixedWidth(_SHARE_PX)
        slider.setValue(slider.maximum())
        slider.valueChanged.connect(lambda value: self._set_share(kind, value / 100))
        return slider

    def _refresh(self) -> None:
        findings = self._model.findings
        if findings is None:
            return
        for column in range(6):
            probability = float(findings.study_probability[column])
            threshold = float(findings.thresholds[column])
            kind = HemorrhageType(column) if column else None
            self._bars[column].show_value(probability, threshold)
            self._percents[column].setText(wording.percent(probability))
            volume_ml = self._model.volume_ml(kind)
            has_lesion = any(kind in (None, lesion.kind) for lesion in findings.lesions)
            self._volumes[column].setText(
                f"{wording.millilitres(volume_ml)} mL" if has_lesion or volume_ml > 0 else "–"
            )

    def _refresh_overlay(self) -> None:
        overlay = self._model.overlay
        for kind, box in self._toggles.items():
            box.setChecked(int(kind) not in overlay.hidden)
        self._opacity.setValue(round(100 * overlay.opacity))

    def _take_shares(self) -> None:
        """Draw every type as strongly as the reader chose."""
        chosen = self._model.choices.type_opacity
        shares = {int(kind): chosen.get(kind.word, 1.0) for kind in HemorrhageType}
        self._model.overlay = replace(self._model.overlay, shares=shares)
        for kind, slider in self._shares.items():
            slider.setValue(round(100 * shares[int(kind)]))

    def _set_share(self, kind: HemorrhageType, share: float) -> None:
        chosen = {**self._model.choices.type_opacity, kind.word: share}
        kept = {word: value for word, value in chosen.items() if value < 1.0}
        self._model.choices = replace(self._model.choices, type_opacity=kept)

    def _set_opacity(self, value: int) -> None:
        self._model.change_opacity(value / 100 - self._model.overlay.opacity)


def _slider(name: str, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(*(round(100 * share) for share in OPACITY_RANGE))
    slider.setAccessibleName(name)
    slider.setToolTip(tip)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


class _Bar(QWidget):
    """A probability with a tick at the operating point."""

    def __init__(self) -> None:
        super().__init__()
        self._value = self._threshold = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(QSize(24, 10))

    def show_value(self, value: float, threshold: float) -> None:
        """Take probability and operating point, 0 to 1."""
        self._value, self._threshold = value, threshold
        self.setToolTip(
            tr(
                "Probability {share}; counts as found from {border} on",
                share=wording.percent(value),
                border=wording.percent(threshold),
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Draw the bar in amber where found, in grey where not."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().ground))
        if self._value >= 0:
            is_found = self._value >= self._threshold
            filled = QRectF(0, 0, self._value * self.width(), self.height())
            painter.fillRect(
                filled, QColor(ON_IMAGE.warning if is_found else ON_IMAGE.calm).darker(125)
            )
        painter.setPen(QColor(colours().line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        x = round(self._threshold * (self.width() - 1))
        painter.setPen(QColor(colours().dim))
        painter.drawLine(x, 0, x, self.height())


def _figure(widest: str) -> QLabel:
    """A figure that is never cut, however narrow the panel: half a number is another number."""
    figure = label()
    figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    figure.setMinimumWidth(figure.fontMetrics().horizontalAdvance(widest))
    return figure
