"""The measuring side of the window: the list, a hand in every plane, the panel, and the exports."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from ichviewer import workflow
from ichviewer.imaging.measure import Segmented
from ichviewer.imaging.measurement import Kind, Measurement
from ichviewer.language import tr, tr_later, trn
from ichviewer.report.measurements import to_csv, to_json
from ichviewer.ui.images_panel import ImagesPanel
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.measure_hand import MeasureHand
from ichviewer.ui.measure_keyboard import MeasureKeyboard
from ichviewer.ui.measure_list import MeasureList
from ichviewer.ui.measure_panel import MeasurePanel
from ichviewer.ui.messages import Messages
from ichviewer.ui.reading_brush import ReadingBrush
from ichviewer.ui.reading_measures import ReadingMeasures
from ichviewer.ui.viewer_model import ViewerModel

_TYPES = tr_later("JSON, can be measured again (*.json);;CSV, for a spreadsheet (*.csv)")


class MeasureDesk(QObject):
    """Puts the measuring parts together; the window adds the panel and the actions."""

    def __init__(
        self,
        model: ViewerModel,
        jobs: Jobs,
        messages: Messages,
        images: ImagesPanel,
        window: QWidget,
        *,
        history: ReadingMeasures,
    ) -> None:
        super().__init__(window)
        self._model = model
        self._jobs = jobs
        self._messages = messages
        self._window = window
        self.measures = MeasureList(model, history, self)
        self.panel = MeasurePanel(self.measures)
        self.panel.export_wanted.connect(self.export)
        for view in (images.axial, images.coronal, images.sagittal):
            MeasureHand(model, self.measures, view)
            MeasureKeyboard(model, self.measures, view)
        self._asked: set[Measurement] = set()
        self.measures.changed.connect(self._compare)

    def share_pointer(self, brush: ReadingBrush) -> None:
        """One tool at a time: taking one up puts the other away."""

        def rest() -> None:
            self.measures.is_resting = brush.is_on
            if brush.is_on and self.measures.tool is not None:
                self.measures.take_tool(None)

        def take_over() -> None:
            if self.measures.tool is not None and brush.is_on:
                brush.put_away()

        brush.changed.connect(rest)
        self.measures.tool_changed.connect(take_over)

    def copy(self) -> None:
        """Put all measurements of the series on the clipboard, as CSV."""
        entries = self.measures.entries
        if self._is_any(bool(entries)):
            QApplication.clipboard().setText(to_csv(entries))
            self._messages.note(
                trn(
                    "Copied {n} measurement as CSV.",
                    "Copied {n} measurements as CSV.",
                    len(entries),
                )
            )

    def export(self) -> None:
        """Ask for a file, and save all measurements of the series to it."""
        if self._is_any(bool(self.measures.entries)):
            chosen, kind = QFileDialog.getSaveFileName(
                self._window,
                tr("Export measurements"),
                tr("measurements.json"),
                tr(_TYPES),
                options=QFileDialog.Option.DontConfirmOverwrite,
            )
            if chosen:
                suffix = ".csv" if "csv" in kind else ".json"
                file = Path(chosen)
                self.save(file if file.suffix in (".csv", ".json") else file.with_suffix(suffix))

    def save(self, file: Path) -> None:
        """Save all measurements; a file that exists is never overwritten."""
        free = _free(file)
        write = to_csv if free.suffix == ".csv" else to_json
        try:
            free.write_text(write(self.measures.entries), encoding="utf-8")
        except OSError as error:
            self._messages.note(
                tr("{file} cannot be written: {why}.", file=free, why=error.strerror or error)
            )
        else:
            self._messages.note(tr("Saved as {file}.", file=free))

    def _is_any(self, has_any: bool) -> bool:
        if not has_any:
            self._messages.note(tr("Nothing is measured on this series yet."))
        return has_any

    def _compare(self) -> None:
        """Look for what was segmented under every ABC/2 that stands still."""
        findings, volume = self._model.findings, self._model.volume
        if findings is None or volume is None or self.measures.is_pulled:
            return
        for drawn in self.measures.measurements:
            is_known = drawn in self._asked or self.measures.is_compared(drawn)
            if drawn.kind is Kind.ABC2 and not is_known:
                self._asked.add(drawn)
                self._jobs.start(
                    tr("Looking up the segmented lesion"),
                    workflow.segmented_lesion,
                    drawn,
                    findings.mask,
                    volume.grid,
                    on_success=partial(self._show_segmented, drawn, findings),
                    on_failure=partial(self._fail, drawn),
                    on_cancelled=partial(self._asked.discard, drawn),
                )

    def _show_segmented(
        self, drawn: Measurement, findings: object, segmented: Segmented | None
    ) -> None:
        self._asked.discard(drawn)
        if self._model.findings is findings:
            self.measures.compare(drawn, segmented)
        else:
            self._compare()

    def _fail(self, drawn: Measurement, error: Exception) -> None:
        self._asked.discard(drawn)
        self._messages.failure(error)


def _free(file: Path) -> Path:
    """The file itself, or with the first number that is not taken."""
    number, free = 1, file
    while free.exists():
        number += 1
        free = file.with_stem(f"{file.stem} ({number})")
    return free
