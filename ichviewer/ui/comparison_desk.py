"""Comparing with a prior series: opens it, has it read, compares, and lets the reader realign."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from ichviewer import workflow
from ichviewer.analysis.findings import Findings
from ichviewer.comparison.change import Comparison
from ichviewer.comparison.time_point import TimePoint
from ichviewer.dicom.study import Permission, Series, Study
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.ui import wording
from ichviewer.ui.comparison_panel import ComparisonPanel
from ichviewer.ui.comparison_prior import Prior
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel

#: Lesions are matched anew when the reader has not moved the alignment for this long.
_PAUSE_MS = 400


class ComparisonDesk(QObject):
    """Puts the comparing parts together; the window adds the panel and the actions."""

    def __init__(self, model: ViewerModel, jobs: Jobs, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self._model = model
        self._jobs = jobs
        self._messages = messages
        self.panel = ComparisonPanel(model)
        self.panel.close_wanted.connect(jobs.close_case)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._compare_again)

    def compare_with_last(self) -> None:
        """Compare with the latest earlier study of the same patient that is listed."""
        prior = self._likely_prior()
        if prior is None:
            self._messages.note(
                tr(
                    "No earlier study of this patient is listed. Open a folder that holds both, "
                    "or choose a series by its context menu."
                )
            )
            return
        self.compare_with(prior)

    def compare_with(self, series: Series) -> None:
        """Open a series as the prior of the one on screen."""
        current = self._current()
        if current is None:
            self._messages.note(
                tr("Wait until the AI has read the series on screen, then compare.")
            )
        elif series is current.series:
            self._messages.note(
                tr("This is the series on screen; choose another one as its prior.")
            )
        elif not series.permits(Permission.AI):
            self._messages.note(tr("Not as a prior: {why}", why=series.refusals[Permission.AI]))
        else:
            self._jobs.start(
                tr("Opening the prior {series}", series=wording.series_title(series)),
                workflow.open_series,
                series,
                on_success=partial(self._read, current, series),
            )

    def move(
        self, shift_lps_mm: tuple[float, float, float], turn_deg: tuple[float, float, float]
    ) -> None:
        """Move the alignment by hand: the study's head, in its own LPS frame."""
        prior = self._model.companion
        if isinstance(prior, Prior):
            self._model.companion = prior.moved(np.array(shift_lps_mm), np.array(turn_deg))
            self._pause.start()

    def _read(self, current: TimePoint, series: Series, volume: Volume) -> None:
        if self._is_on_screen(current):
            self._jobs.start(
                tr("AI is reading the prior"),
                workflow.analyze,
                series,
                volume,
                self._model.choices.device,
                on_success=partial(self._compare, current, series, volume),
            )

    def _compare(
        self, current: TimePoint, series: Series, volume: Volume, findings: Findings
    ) -> None:
        study = self._study_of(series)
        if study is not None and self._is_on_screen(current):
            prior = TimePoint(study, series, volume, findings)
            self._jobs.start(
                tr("Aligning with the prior"),
                workflow.compare,
                prior,
                current,
                on_success=partial(self._show, prior, current),
            )

    def _show(self, point: TimePoint, current: TimePoint, found: Comparison) -> None:
        if self._is_on_screen(current):
            k = self._model.cursor_kji[0]
            prior = Prior(point, current, found, k, 0)
            # The slices laid side by side at first are those that the alignment says.
            aligned = Prior(point, current, found, k, prior.aligned_slice(k))
            self._model.companion = aligned

    def _compare_again(self) -> None:
        prior = self._model.companion
        if isinstance(prior, Prior):
            self._jobs.start(
                tr("Comparing lesions"),
                workflow.compare,
                prior.point,
                prior.current,
                prior.comparison.alignment,
                on_success=partial(self._show_again, prior),
            )

    def _show_again(self, asked: Prior, found: Comparison) -> None:
        # What the reader has moved meanwhile is compared when that pause ends.
        if self._model.companion is asked:
            self._model.companion = asked.with_comparison(found)

    def _current(self) -> TimePoint | None:
        model = self._model
        study, series, volume, findings = model.study, model.series, model.volume, model.findings
        if study is None or series is None or volume is None or findings is None:
            return None
        return TimePoint(study, series, volume, findings)

    def _is_on_screen(self, current: TimePoint) -> bool:
        return self._model.volume is current.volume

    def _study_of(self, series: Series) -> Study | None:
        studies = self._model.scan.studies if self._model.scan else ()
        return next((study for study in studies if series in study.series), None)

    def _likely_prior(self) -> Series | None:
        """The largest readable series of the latest earlier study of the same patient.

        Two studies without a patient ID are not of one patient by that.
        """
        now = self._model.study
        if now is None or not now.patient_id or self._model.scan is None:
            return None
        when = (now.date, now.time)
        earlier = [
            study
            for study in self._model.scan.studies
            if study is not now
            and study.patient_id == now.patient_id
            and (study.date, study.time) < when
        ]
        for study in sorted(earlier, key=lambda one: (one.date, one.time), reverse=True):
            readable = [series for series in study.series if series.permits(Permission.AI)]
            if readable:
                return max(readable, key=lambda series: len(series.instances))
        return None
