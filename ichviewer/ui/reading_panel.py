"""The reader's side of the findings: own answer, verdicts, and the brush with what it comes to."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.language import tr, tr_later
from ichviewer.reading.record import Presence, Verdict
from ichviewer.ui import wording
from ichviewer.ui.labels import label
from ichviewer.ui.number_field import NumberField
from ichviewer.ui.reading_brush import RADIUS_RANGE_MM, RADIUS_STEP_MM, ReadingBrush
from ichviewer.ui.reading_lesions import ReadingLesions
from ichviewer.ui.reading_words import answer_text, finding_text, summary, verdict_of
from ichviewer.ui.viewer_model import ViewerModel

_VERDICTS = {
    Verdict.ACCEPTED: (
        tr_later("Accept"),
        tr_later("Accept the chosen finding  (A); again takes it back"),
    ),
    Verdict.REJECTED: (
        tr_later("Reject"),
        tr_later("Reject the chosen finding  (R); again takes it back"),
    ),
    Verdict.UNSURE: (
        tr_later("Unsure"),
        tr_later("Leave the chosen finding open  (U); again takes it back"),
    ),
}
_ANSWERS = {
    Presence.PRESENT: (
        tr_later("Present"),
        tr_later("Hemorrhage is present  (Alt+P); again takes it back"),
    ),
    Presence.ABSENT: (
        tr_later("Absent"),
        tr_later("Hemorrhage is absent  (Alt+A); again takes it back"),
    ),
    Presence.UNSURE: (
        tr_later("Unsure"),
        tr_later("Unsure of hemorrhage  (Alt+U); again takes it back"),
    ),
}


class ReadingPanel(QWidget):
    """Verdicts and brush; `answer` and `sums` are parts of their own that stand elsewhere."""

    def __init__(self, model: ViewerModel, lesions: ReadingLesions, brush: ReadingBrush) -> None:
        super().__init__()
        self._model = model
        self._brush = brush
        self._answers = {
            presence: _switch(tr(text), tr(tip), partial(lesions.answer, presence))
            for presence, (text, tip) in _ANSWERS.items()
        }
        self._verdicts = {
            verdict: _switch(tr(text), tr(tip), partial(lesions.decide, verdict))
            for verdict, (text, tip) in _VERDICTS.items()
        }
        self._paint = _switch(tr("Brush"), tr("Paint the type over the slice  (W)"),
                              partial(brush.take, is_eraser=False))  # fmt: skip
        self._erase = _switch(tr("Eraser"), tr("Erase the type from the slice  (Shift+W)"),
                              partial(brush.take, is_eraser=True))  # fmt: skip
        self._kinds = QComboBox()
        self._kinds.setAccessibleName(tr("Type of brush and eraser"))
        self._kinds.setToolTip(tr("Type that is painted or erased  (Z)"))
        for kind in HemorrhageType:
            self._kinds.addItem(wording.capital(tr(kind.word)), kind)
        self._kinds.activated.connect(lambda at: brush.set_kind(self._kinds.itemData(at)))
        self._radius = NumberField()
        self._radius.setAccessibleName(tr("Radius of brush and eraser in mm"))
        self._radius.setToolTip(tr("Radius of the tip  (, and .)"))
        self._radius.setRange(*RADIUS_RANGE_MM)
        self._radius.setSingleStep(RADIUS_STEP_MM)
        self._radius.setDecimals(1)
        self._radius.setSuffix(" mm")
        self._radius.setKeyboardTracking(False)
        self._radius.valueChanged.connect(brush.set_radius)
        self.sums = label("", "dim", wraps=True)
        self._answer = label("", "dim", wraps=True)
        self._finding = label("", "dim", wraps=True)
        self.answer = _row(*self._answers.values(), self._answer)
        self._on_finding = _row(*self._verdicts.values(), self._finding)
        self._on_mask = _row(self._paint, self._erase, self._kinds, self._radius)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(4)
        for part in (self._on_finding, self._on_mask):
            column.addWidget(part)
        for signal in (
            model.volume_changed,
            model.findings_changed,
            model.lesion_changed,
            model.reading_changed,
            model.edited_changed,
            brush.changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        model = self._model
        series, lesion = model.series, model.lesion
        self.answer.setVisible(model.volume is not None)
        self._on_finding.setVisible(bool(model.findings and model.findings.lesions))
        self._on_mask.setVisible(model.edited is not None)
        self._answer.setText(answer_text(model))
        self._finding.setText(finding_text(model))
        answer = model.reading.answers.get(series.key) if series else None
        for presence, button in self._answers.items():
            button.setChecked(answer is not None and answer.presence is presence)
        verdict = verdict_of(model, lesion) if lesion else None
        for choice, button in self._verdicts.items():
            button.setEnabled(lesion is not None and model.edited is not None)
            button.setChecked(verdict is choice)
        brush = self._brush
        self._paint.setChecked(brush.is_on and not brush.is_eraser)
        self._erase.setChecked(brush.is_on and brush.is_eraser)
        self._kinds.setCurrentIndex(self._kinds.findData(brush.kind))
        self._radius.blockSignals(True)
        self._radius.setValue(brush.radius_mm)
        self._radius.blockSignals(False)
        text = summary(model)
        self.sums.setText(text)
        self.sums.setVisible(bool(text))


def _switch(text: str, tip: str, run: Callable[[], None]) -> QPushButton:
    made = QPushButton(text)
    made.setCheckable(True)
    made.setToolTip(tip)
    made.setAccessibleName(tip.partition("  ")[0])
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    # Without the button's own state, which is not ours.
    made.clicked.connect(lambda checked: run())
    return made


def _row(*parts: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    for part in parts:
        line.addWidget(part, 1 if isinstance(part, QLabel) else 0)
    line.addStretch(0 if isinstance(parts[-1], QLabel) else 1)
    return row
