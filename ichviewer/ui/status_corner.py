"""The status corner: what runs, how far the AI is, on which device, how faithful the images are."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from ichviewer.language import figure, tr, trn
from ichviewer.ui import wording
from ichviewer.ui.labels import label, set_tone
from ichviewer.ui.viewer_model import AiState, ViewerModel

_TONES = {
    AiState.PROCESSED: "calm",
    AiState.WARNED: "warning",
    AiState.REFUSED: "warning",
    AiState.FAILED: "error",
}


class StatusCorner(QWidget):
    """One line at the foot of the window."""

    cancel_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._work = label("", "dim")
        self._bar = QProgressBar()
        self._bar.setFixedWidth(180)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(12)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(self.cancel_wanted)
        self._fidelity = label("", "dim")
        self._ai = label("", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 10, 3)
        row.setSpacing(10)
        for part in (self._bar, self._cancel, self._work):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._fidelity)
        row.addSpacing(14)
        row.addWidget(self._ai)
        model.work_changed.connect(self._refresh_work)
        for signal in (model.ai_changed, model.findings_changed, model.volume_changed):
            signal.connect(self._refresh)
        self._refresh_work()
        self._refresh()

    def _refresh_work(self) -> None:
        work = self._model.work
        if work is not None:
            # First, for a visible bar repaints at once, and all that waits to be painted with it.
            self._bar.setRange(0, work.total)
            self._bar.setValue(work.done)
        for part in (self._bar, self._cancel):
            part.setVisible(work is not None)
        if work is None:
            self._work.setText("" if self._model.volume else tr("Ready"))
            return
        count = (
            "  " + tr("{done:,} of {total:,}", done=work.done, total=work.total)
            if work.total
            else ""
        )
        self._work.setText(f"{work.title}…{count}")
        self._work.setToolTip(work.what)

    def _refresh(self) -> None:
        ai, findings, volume = self._model.ai, self._model.findings, self._model.volume
        said = tr("AI: {state}", state=tr(ai.state))
        if findings is not None and ai.state in (AiState.PROCESSED, AiState.WARNED):
            seconds = sum(findings.seconds.values())
            said += f" · {wording.devices(findings)} · {figure(seconds, '.1f')} s"
        self._ai.setText(said if volume is not None else "")
        self._ai.setToolTip(ai.sentence)
        set_tone(self._ai, _TONES.get(ai.state, "dim"))
        fidelity = wording.fidelity(volume.grid) if volume else ()
        notes = volume.notes if volume else ()
        shown = list(fidelity) or ([tr("native geometry")] if volume else [])
        if notes:
            shown.append(trn("{n} note", "{n} notes", len(notes)))
        self._fidelity.setText(tr("Images: {geometry}", geometry=", ".join(shown)) if shown else "")
        self._fidelity.setToolTip("\n".join(notes))
        set_tone(self._fidelity, "warning" if fidelity or notes else "dim")
