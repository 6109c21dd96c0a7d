"""Background steps: run a function of the workflow in the worker, put the result into the model."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from ichviewer import workflow
from ichviewer.analysis.findings import Findings, GateAnswer
from ichviewer.dicom.study import Permission, ScanResult, Series, Study
from ichviewer.dicom.study_list import (
    add_scan,
    listed_series,
    paths_without_image,
    remove_study,
)
from ichviewer.errors import LibraryError, NotDicomError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Match, Matches
from ichviewer.progress import silent
from ichviewer.ui import wording
from ichviewer.ui.companion import Companion, matched_lesion, most_suspect_slice
from ichviewer.ui.messages import Messages, sentence_of
from ichviewer.ui.running import Running
from ichviewer.ui.viewer_model import AiState, AiStatus, ViewerModel, Work
from ichviewer.worker import Worker


class Jobs(QObject):
    """The steps of the workflow, as the window starts them."""

    _called = Signal(object)

    def __init__(
        self,
        worker: Worker,
        model: ViewerModel,
        messages: Messages,
        device: str = "auto",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker = worker
        self._model = model
        self._messages = messages
        self.device = device
        self._running: list[Running] = []
        self._quiet: list[Running] = []
        self._case: Running | None = None
        self._veiled: Findings | None = None
        # The worker calls back on its own thread; the queued signal brings the call to ours.
        self._called.connect(_call, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    def start(
        self,
        title: str,
        function: Callable[..., Any],
        *arguments: Any,
        on_success: Callable[[Any], None],
        on_failure: Callable[[Exception], None] | None = None,
        on_progress: Callable[[int, int, str], None] | None = None,
        on_cancelled: Callable[[], None] = lambda: None,
        is_quiet: bool = False,
    ) -> Running:
        """Run a function in the worker; the callbacks run on the window's thread.

        Without `on_failure` the error is shown; without `on_progress` the status corner shows it.
        A quiet step does not count as work, and is cancelled like all others.
        """
        running = Running(title, on_cancelled)
        fail = on_failure or self._messages.failure
        watch = on_progress or partial(self._show_progress, title)
        if is_quiet:
            watch = silent
            self._quiet.append(running)
        else:
            self._running.append(running)
            self._show_progress(title, 0, 0, "")

        def ended(callback: Callable[[Any], None], value: Any) -> None:
            if not running.is_over:
                running.is_over = True
                self._forget(running)
                callback(value)

        def progressed(done: int, total: int, what: str) -> None:
            if not running.is_over:
                watch(done, total, what)

        running.job = self._worker.submit(
            function,
            *arguments,
            on_progress=lambda *p: self._called.emit(partial(progressed, *p)),
            on_success=lambda value: self._called.emit(partial(ended, on_success, value)),
            on_failure=lambda error: self._called.emit(partial(ended, fail, error)),
        )
        return running

    def cancel_all(self) -> None:
        """Stop everything under way."""
        for running in (*self._running, *self._quiet):
            self._forget(running)
            running.cancel()

    def open_paths(self, *paths: Path) -> None:
        """Add what they hold to the list, and open the series most worth reading."""
        self.cancel_all()
        self._messages.clear()
        self.start(
            wording.looking_through(paths),
            workflow.open_paths,
            paths,
            on_success=partial(self._show_scan, paths),
        )

    def close_study(self, study: Study) -> None:
        """Take a study off the list; its files and its reading stay as they are."""
        if self._model.scan is None:
            return
        if study is self._model.study:
            self.cancel_all()
            self._model.clear()
        self._model.scan = remove_study(self._model.scan, study)

    def close_all_studies(self) -> None:
        """Empty the list."""
        self.cancel_all()
        self._messages.clear()
        self._model.clear()
        self._model.scan = None

    def open_series(self, series: Series) -> None:
        """Read a series; drop what was under way for the last one."""
        self.cancel_all()
        self._messages.clear()
        if not series.permits(Permission.VIEW):
            self._messages.note(series.refusals[Permission.VIEW])
            return
        self._model.clear(series)
        self._veiled = None
        self.start(
            tr("Opening {series}", series=wording.series_title(series)),
            workflow.open_series,
            series,
            on_success=partial(self._show_volume, series),
            on_failure=self._fail_series,
            on_cancelled=self._model.clear,
        )

    def analyze(self) -> None:
        """Let the models read the open volume, where that is permitted."""
        series, volume = self._model.series, self._model.volume
        if series is None or volume is None or self._model.ai.state is AiState.RUNNING:
            return
        refusal = series.refusals.get(Permission.AI, "")
        if refusal:
            self._model.ai = AiStatus(AiState.REFUSED, refusal)
            return
        self._model.ai = AiStatus(AiState.RUNNING)
        self.start(
            tr("AI is reading the series"),
            workflow.analyze,
            series,
            volume,
            self.device,
            on_success=self._show_findings,
            on_failure=self._fail_analysis,
            on_cancelled=self._note_cancelled_analysis,
        )

    def find_similar(self) -> None:
        """Look for similar cases in the library."""
        findings = self._model.findings
        if findings is None or not findings.embedding.size:
            return
        self._model.similar_note = tr("Looking for similar cases…")
        self.start(
            tr("Looking for similar cases"),
            workflow.find_similar,
            findings,
            on_success=self._show_matches,
            on_failure=self._fail_similar,
            on_cancelled=lambda: self._note_similar(tr("The search was cancelled.")),
        )

    def open_case(self, match: Match) -> None:
        """Open a similar case beside the study; the last one asked for wins."""
        if self._case is not None:
            self._forget(self._case)
            self._case.cancel()
        self._case = self.start(
            tr("Opening case {case}", case=match.case.case_id),
            workflow.open_case,
            match.case,
            on_success=partial(self._show_case, match),
        )

    def close_case(self) -> None:
        """Put the similar case away."""
        self._model.companion = None

    def _show_scan(self, paths: tuple[Path, ...], added: ScanResult) -> None:
        self._model.clear()
        listed = self._model.scan = add_scan(self._model.scan, added)
        try:
            self.open_series(listed_series(listed, workflow.best_series(added)))
        except NotDicomError as error:
            self._messages.failure(error)
            return
        empty = paths_without_image(paths, added) if len(paths) > 1 else ()
        if empty:
            self._messages.note(wording.without_image_text(empty))

    def _show_volume(self, series: Series, volume: Volume) -> None:
        self._model.show_volume(series, volume)
        self.analyze()

    def _fail_series(self, error: Exception) -> None:
        self._model.clear()
        self._messages.failure(error)

    def reveal(self) -> None:
        """Show the findings that were held back until the reader had answered."""
        findings, self._veiled = self._veiled, None
        if findings is not None:
            self._show_findings(findings)

    def _show_findings(self, findings: Findings) -> None:
        if self._model.is_ai_veiled:
            self._veiled = findings
            self._model.ai = AiStatus(AiState.VEILED, tr("The AI is shown once you have answered."))
            return
        states = {
            GateAnswer.ACCEPTED: AiState.PROCESSED,
            GateAnswer.WARNED: AiState.WARNED,
            GateAnswer.REFUSED: AiState.REFUSED,
        }
        reasons = "\n".join((*findings.gate.reasons, *findings.notes))
        self._model.ai = AiStatus(states[findings.gate.answer], reasons)
        self._model.findings = findings
        self.find_similar()

    def _fail_analysis(self, error: Exception) -> None:
        self._model.ai = AiStatus(AiState.FAILED, sentence_of(error))
        self._messages.failure(error)

    def _note_cancelled_analysis(self) -> None:
        self._model.ai = AiStatus(AiState.CANCELLED, tr("Press F5 to start it again."))

    def _show_matches(self, matches: Matches) -> None:
        self._model.similar_note = ""
        self._model.matches = matches

    def _fail_similar(self, error: Exception) -> None:
        self._note_similar(sentence_of(error))
        if not isinstance(error, LibraryError):
            self._messages.failure(error)

    def _note_similar(self, sentence: str) -> None:
        self._model.similar_note = sentence

    def _show_case(self, match: Match, opened: tuple[Series, Volume]) -> None:
        study = self._model.volume
        if study is None:
            return
        _, volume = opened
        findings = self._model.findings
        lesion = matched_lesion(findings, match)
        if lesion is not None:
            self._model.go_to_lesion(lesion)
        elif findings is not None:
            _, j, i = self._model.cursor_kji
            self._model.move_cursor((most_suspect_slice(findings), j, i))
        case_slice = min(max(match.case.largest_slice, 0), volume.shape_kji[0] - 1)
        self._model.case_slice = case_slice
        self._model.companion = Companion(match, volume, self._model.cursor_kji[0], case_slice)

    def _show_progress(self, title: str, done: int, total: int, what: str) -> None:
        self._model.work = Work(title, done, total, what)

    def _forget(self, running: Running) -> None:
        if running in self._quiet:
            self._quiet.remove(running)
            return
        if running in self._running:
            self._running.remove(running)
        self._model.work = Work(self._running[-1].title) if self._running else None


def _call(function: Callable[[], None]) -> None:
    function()
