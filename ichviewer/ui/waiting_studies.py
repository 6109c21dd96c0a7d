"""What is done for the listed studies while the reader is at one of them.

Small pictures, and how far each reading is, come as soon as the open series is on the screen.
Where that was chosen, the models then read the studies that wait, one after the other and only
while nothing else is to be done. Opening a series cancels all of it at once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from ichviewer import workflow
from ichviewer.analysis.findings import Findings
from ichviewer.analysis.priority import Priority, priority_of, refused
from ichviewer.dicom.study import Permission, Series, Study
from ichviewer.language import tr
from ichviewer.reading.replay import study_key
from ichviewer.reading.status import ReadingStatus, status_of
from ichviewer.report.worklist import journal_keys
from ichviewer.ui import wording
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.kept_readings import KeptReading
from ichviewer.ui.messages import sentence_of
from ichviewer.ui.running import Running
from ichviewer.ui.viewer_model import ViewerModel


class WaitingStudies(QObject):
    """Brings the list up to date, one small step at a time."""

    def __init__(self, model: ViewerModel, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._jobs = jobs
        self._running: Running | None = None
        self._is_paused = False
        self._followed = ""
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._go_on)
        model.studies_changed.connect(self._forget_closed)
        model.findings_changed.connect(self._take_findings)
        model.reading_changed.connect(self._take_status)
        model.volume_changed.connect(self._resume)
        for signal in (model.studies_changed, model.work_changed, model.choices_changed):
            signal.connect(self._next.start)

    def stop(self) -> None:
        """Do nothing more; the window closes."""
        self._is_paused = True
        self._next.stop()

    def follow_reading(self) -> None:
        """The journal of the open study is there: its status follows the reading from now on."""
        self._followed = self._open_key()
        self._take_status()

    def _resume(self) -> None:
        self._is_paused = False
        self._next.start()

    def _go_on(self) -> None:
        """Take the next step, unless one is under way or a series is being opened."""
        model = self._model
        is_opening = model.work is not None and model.volume is None
        if self._running is not None or self._is_paused or is_opening or model.scan is None:
            return
        keys = {key for study in model.scan.studies for key in journal_keys(study)}
        unknown = sorted(keys - set(model.statuses))
        without = [one for one in model.scan.series if one.key not in model.small_pictures]
        if unknown:
            self._start(
                "",
                workflow.reading_statuses,
                unknown,
                take=self._take_statuses,
                fail=lambda _error: self._pause(),
            )
        elif without:
            self._make_picture(without[0])
        elif model.choices.is_reading_ahead and model.work is None:
            self._read_ahead()

    def _make_picture(self, series: Series) -> None:
        if not series.permits(Permission.VIEW):
            self._take_picture(series, b"")
            self._next.start()
            return
        self._start(
            "",
            workflow.small_picture,
            series,
            take=partial(self._take_picture, series),
            # Why it cannot be opened is said when it is opened.
            fail=lambda _error: self._take_picture(series, b""),
        )

    def _read_ahead(self) -> None:
        waiting = next(filter(None, map(self._series_to_read, self._model.studies)), None)
        if waiting is None:
            return
        study, series = waiting
        self._start(
            tr("AI is reading a waiting study: {study}", study=wording.study_title(study)),
            workflow.read_series,
            series,
            self._jobs.device,
            take=partial(self._take_priority, series),
            fail=lambda error: self._note_priority(series, refused(sentence_of(error))),
        )

    def _series_to_read(self, study: Study) -> tuple[Study, Series] | None:
        """The series most worth reading, where the models have read none of the study yet."""
        if any(series.key in self._model.priorities for series in study.series):
            return None
        readable = [series for series in study.series if series.permits(Permission.AI)]
        best = max(readable, key=lambda series: len(series.instances), default=None)
        return None if best is None else (study, best)

    def _start(
        self,
        title: str,
        function: Callable[..., Any],
        *arguments: Any,
        take: Callable[[Any], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._running = self._jobs.start(
            title,
            function,
            *arguments,
            on_success=partial(self._end, take),
            on_failure=partial(self._end, fail),
            on_cancelled=self._pause,
            is_quiet=not title,
        )

    def _end(self, take: Callable[[Any], None], value: Any) -> None:
        self._running = None
        take(value)
        self._next.start()

    def _pause(self) -> None:
        """The reader cancelled, or opens something: go on once that is on the screen."""
        self._running = None
        self._is_paused = True

    def _take_statuses(self, found: dict[str, ReadingStatus]) -> None:
        self._model.statuses = {**found, **self._model.statuses}

    def _take_picture(self, series: Series, png: bytes) -> None:
        self._model.small_pictures = {**self._model.small_pictures, series.key: png}

    def _take_priority(self, series: Series, findings: Findings) -> None:
        self._jobs.kept.keep(KeptReading(series, findings))
        self._note_priority(series, priority_of(findings))

    def _take_findings(self) -> None:
        series, findings = self._model.series, self._model.findings
        if series is not None and findings is not None:
            self._note_priority(series, priority_of(findings))

    def _note_priority(self, series: Series, priority: Priority) -> None:
        self._model.priorities = {**self._model.priorities, series.key: priority}

    def _take_status(self) -> None:
        key = self._open_key()
        if key and key == self._followed:
            status = status_of(self._model.reading, was_opened=True)
            self._model.statuses = {**self._model.statuses, key: status}

    def _open_key(self) -> str:
        study, series = self._model.study, self._model.series
        return study_key(study.study_uid, series.key) if study and series else ""

    def _forget_closed(self) -> None:
        """Keep nothing of a study that was taken off the list."""
        model = self._model
        studies = model.scan.studies if model.scan else ()
        keys = {series.key for study in studies for series in study.series}
        journals = {key for study in studies for key in journal_keys(study)}
        model.priorities = {k: v for k, v in model.priorities.items() if k in keys}
        model.small_pictures = {k: v for k, v in model.small_pictures.items() if k in keys}
        model.statuses = {k: v for k, v in model.statuses.items() if k in journals}
