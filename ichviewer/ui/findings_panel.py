"""Findings: headline, types with overlay toggles, the table of lesions, and who says so."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ichviewer.analysis.findings import GateAnswer
from ichviewer.language import tr, tr_later
from ichviewer.report.provenance import provenance_text
from ichviewer.ui import wording
from ichviewer.ui.banner import Banner
from ichviewer.ui.labels import label, set_tone
from ichviewer.ui.lesion_table import LesionTable
from ichviewer.ui.messages import show_text
from ichviewer.ui.type_rows import TypeRows
from ichviewer.ui.viewer_model import AiState, ViewerModel

#: Room for the headline, the types and the first rows of the table.
_LEAST_PX = 420
_WAITING = {
    AiState.IDLE: tr_later("Open a series: the AI starts by itself where the images permit it."),
    AiState.RUNNING: tr_later("The AI is reading the series. You can read on meanwhile."),
    AiState.REFUSED: tr_later("Not read by the AI."),
    AiState.CANCELLED: tr_later("The AI was cancelled."),
    AiState.FAILED: tr_later("The AI could not read this series."),
    AiState.VEILED: tr_later("The AI has read the series and is hidden."),
}


class FindingsPanel(QWidget):
    """All that analysis says about the open volume."""

    again_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._headline = label("", "heading", wraps=True)
        self._reasons = label("", "dim", wraps=True)
        self._types = TypeRows(model)
        self._table = LesionTable(model)
        self._detail = label("", "dim", wraps=True)
        self._source = label("", "dim", wraps=True)
        self._provenance = QPushButton(tr("Models…"))
        self._provenance.clicked.connect(self._show_provenance)
        self._again = QPushButton(tr("Run the AI again"))
        self._again.clicked.connect(self.again_wanted)
        foot = QHBoxLayout()
        foot.addWidget(self._source, 1)
        foot.addWidget(self._provenance)
        said = QWidget()
        inner = self._inner = QVBoxLayout(said)
        # Room for the scroll bar, which would else lie over the figures when it comes.
        inner.setContentsMargins(0, 0, 10, 0)
        inner.addWidget(self._headline)
        inner.addWidget(self._reasons)
        inner.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self._types)
        inner.addWidget(self._table)
        inner.addWidget(self._detail)
        inner.addStretch(1)
        # Banner, the reader's own side and the source stay in view; what is said may be long.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(_LEAST_PX)
        scroll.setWidget(said)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 10, 6)
        column.addWidget(Banner())
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        model.findings_changed.connect(self._refresh)
        model.ai_changed.connect(self._refresh)
        model.lesion_changed.connect(self._refresh_detail)
        self._refresh()

    def add_reading(self, answer: QWidget, decisions: QWidget, sums: QWidget) -> None:
        """Put the reader's own answer above what the AI says, and the decisions on it below."""
        self._inner.insertWidget(self._inner.indexOf(self._detail), sums)
        self._column.insertWidget(1, answer)
        self._column.insertWidget(3, decisions)

    def _refresh(self) -> None:
        findings, ai = self._model.findings, self._model.ai
        is_read = findings is not None and findings.gate.answer is not GateAnswer.REFUSED
        for part in (self._types, self._table, self._source, self._provenance):
            part.setVisible(is_read)
        self._again.setVisible(ai.state in (AiState.CANCELLED, AiState.FAILED))
        self._reasons.setText(ai.sentence)
        self._reasons.setVisible(bool(ai.sentence))
        set_tone(self._reasons, "warning" if ai.state is AiState.WARNED else "dim")
        if findings is None or not is_read:
            self._headline.setText(tr(_WAITING.get(ai.state, _WAITING[AiState.REFUSED])))
        else:
            self._headline.setText(wording.headline(findings))
            seconds = sum(findings.seconds.values())
            parts = [
                wording.model_names(findings),
                wording.devices(findings),
                tr("{seconds:.1f} s", seconds=seconds),
            ]
            self._source.setText(" · ".join(part for part in parts if part))
            self._table.setVisible(bool(findings.lesions))
        self._refresh_detail()

    def _refresh_detail(self) -> None:
        lesion = self._model.lesion
        self._detail.setText(wording.lesion_sentence(lesion) if lesion else "")
        self._detail.setVisible(lesion is not None)

    def _show_provenance(self) -> None:
        if self._model.findings is not None:
            said = provenance_text(self._model.findings)
            show_text(self, tr("Models"), said, has_columns=True)
