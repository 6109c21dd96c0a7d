"""Background steps: run a function of the workflow in the worker, put the result into the model."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from ichviewer import workflow
from ichviewer.analysis.findings import Findings, GateAnswer
from ichviewer.dicom.study import Permission, ScanResult, Series, Study
from ichviewer.dicom.study_list import (
    add_scan,
    listed_series,
    opened_places,
    paths_without_image,
    remove_study,
)
from ichviewer.errors import LibraryError, NotDicomError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Match, Matches
from ichviewer.settings import with_opened
from ichviewer.ui import wording
from ichviewer.ui.background import Background
from ichviewer.ui.companion import Companion, matched_lesion, most_suspect_slice
from ichviewer.ui.kept_readings import KeptReading, KeptReadings
from ichviewer.ui.messages import Messages, sentence_of
from ichviewer.ui.running import Running
from ichviewer.ui.viewer_model import AiState, AiStatus, ViewerModel
from ichviewer.worker import Worker


class Jobs(Background):
    """The steps of the workflow, as the window starts them."""

    def __init__(
        self,
        worker: Worker,
        model: ViewerModel,
        messages: Messages,
        device: str = "auto",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(worker, model, messages, parent)
        self.device = device
        self.kept = KeptReadings()
        #: Whether the open series stands where it was left before, in this window.
        self.has_returned = False
        self._case: Running | None = None
        self._veiled: Findings | None = None
        model.studies_changed.connect(self._forget_closed)

    def open_paths(self, *paths: Path) -> None:
        """Add what they hold to the list, and open the series most worth reading."""
        self._open(paths, workflow.open_paths)

    def open_pictures(
        self, paths: tuple[Path, ...], grey: GreyScale, spacing_mm: tuple[float, float]
    ) -> None:
        """Add pictures of single slices to the list, and open the first."""
        self._open(paths, workflow.open_pictures, grey, spacing_mm)

    def look_for_missing(self) -> None:
        """Find out which of the places that were opened last are gone."""
        places = self._model.choices.recent

        def take(missing: frozenset[Path]) -> None:
            self._model.missing = missing

        if places:
            self.start(
                "", workflow.missing_places, places, on_success=take,
                # What cannot be looked up is tried when it is opened.
                on_failure=lambda _error: None, is_quiet=True,
            )  # fmt: skip

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
        """Show a series, from memory where it is kept; drop what was under way for the last."""
        self._keep_open()
        self.cancel_all()
        self._messages.clear()
        if not series.permits(Permission.VIEW):
            self._messages.note(series.refusals[Permission.VIEW])
            return
        self._model.clear(series)
        self._veiled = None
        kept = self.kept.take(series)
        self.has_returned = kept is not None and kept.volume is not None
        if kept is not None and kept.volume is not None:
            self._return_to(kept, kept.volume)
            return
        self.start(
            tr("Opening {series}", series=wording.series_title(series)),
            workflow.open_series,
            series,
            on_success=partial(self._show_volume, series, kept),
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

    def _open(self, paths: tuple[Path, ...], step: Callable[..., Any], *how: object) -> None:
        self.cancel_all()
        self._messages.clear()
        self.start(
            wording.looking_through(paths),
            step,
            paths,
            *how,
            on_success=partial(self._show_scan, paths),
        )

    def _show_scan(self, paths: tuple[Path, ...], added: ScanResult) -> None:
        self._keep_open()
        self._model.clear()
        listed = self._model.scan = add_scan(self._model.scan, added)
        try:
            self.open_series(listed_series(listed, workflow.best_series(added)))
        except NotDicomError as error:
            self._messages.failure(error)
            return
        places = opened_places(paths, added)
        self._model.choices = with_opened(self._model.choices, places)
        empty = paths_without_image(paths, added) if len(paths) > 1 else ()
        if empty:
            self._messages.note(wording.without_image_text(empty))

    def _keep_open(self) -> None:
        """Keep what is on the screen, so that the reader can go back to it."""
        model = self._model
        if model.series is not None and model.volume is not None:
            findings = model.findings or self._veiled
            kept = KeptReading(
                model.series, findings, model.volume, model.matches,
                model.cursor_kji, model.window, model.lesion,
            )  # fmt: skip
            self.kept.keep(kept)

    def _forget_closed(self) -> None:
        self.kept.forget_others(self._model.scan.series if self._model.scan else ())

    def _return_to(self, kept: KeptReading, volume: Volume) -> None:
        """Show a series as it was left."""
        model = self._model
        model.show_volume(kept.series, volume)
        model.move_cursor(kept.cursor_kji)
        model.window = kept.window
        self._read(kept)
        if model.findings is not None:
            model.lesion = kept.lesion

    def _show_volume(self, series: Series, kept: KeptReading | None, volume: Volume) -> None:
        self._model.show_volume(series, volume)
        self._read(kept)

    def _read(self, kept: KeptReading | None) -> None:
        """Take what the AI said before, unless it was asked for another operating point."""
        findings = kept.findings if kept else None
        if findings and findings.operating_point == self._model.choices.operating_point:
            self._show_findings(findings, kept.matches if kept else None)
        else:
            self.analyze()

    def _fail_series(self, error: Exception) -> None:
        self._model.clear()
        self._messages.failure(error)

    def reveal(self) -> None:
        """Show the findings that were held back until the reader had answered."""
        findings, self._veiled = self._veiled, None
        if findings is not None:
            self._show_findings(findings)

    def _show_findings(self, findings: Findings, matches: Matches | None = None) -> None:
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
        if matches is None:
            self.find_similar()
        else:
            self._model.matches = matches

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
        lesion = matched_lesion(findings, match) or self._model.lesion
        if lesion is not None:
            self._model.go_to_lesion(lesion)
        elif findings is not None:
            _, j, i = self._model.cursor_kji
            self._model.move_cursor((most_suspect_slice(findings), j, i))
        case_slice = min(max(match.case.largest_slice, 0), volume.shape_kji[0] - 1)
        self._model.case_slice = case_slice
        self._model.companion = Companion(match, volume, self._model.cursor_kji[0], case_slice)
