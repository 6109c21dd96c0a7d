"""The reader's word on what the AI found: verdicts, edits of the mask, and the own answer."""

import math

from PySide6.QtCore import QObject, Signal

from ichviewer import workflow
from ichviewer.analysis.findings import GateAnswer, Lesion
from ichviewer.language import tr
from ichviewer.reading.change import Part
from ichviewer.reading.conflict import presence_of
from ichviewer.reading.journal import now
from ichviewer.reading.mask_edit import MarkedLesions, edit
from ichviewer.reading.record import (
    Comparison,
    Decision,
    Presence,
    ReaderAnswer,
    Stroke,
    Verdict,
    lesion_id,
    next_stroke_id,
)
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.messages import Messages
from ichviewer.ui.reading_keeper import ReadingKeeper
from ichviewer.ui.reading_words import verdict_of
from ichviewer.ui.viewer_model import ViewerModel


class ReadingLesions(QObject):
    """Binds decisions and strokes to the result on show; keeps the edited lesions up to date."""

    changed = Signal()

    def __init__(
        self, model: ViewerModel, jobs: Jobs, messages: Messages, keeper: ReadingKeeper
    ) -> None:
        super().__init__(keeper)
        self._model = model
        self._jobs = jobs
        self._messages = messages
        self._keeper = keeper
        self._marked: MarkedLesions | None = None
        self._is_told = False
        model.findings_changed.connect(self._take_findings)
        model.reading_changed.connect(self._replay)
        model.choices_changed.connect(self._unveil)
        keeper.opened.connect(self._take_reading)

    @property
    def result(self) -> str:
        """sha256 of the mask on show; empty while there is none."""
        return self._marked.result if self._marked else ""

    def decide(self, verdict: Verdict) -> None:
        """Give a verdict on the chosen lesion; the same one again takes it back."""
        lesion = self._model.lesion
        if lesion is None:
            self._messages.note(tr("Choose a finding first, with N or a click in the table."))
        elif self._marked is None:
            self._messages.note(tr("The findings are still being prepared; try again in a moment."))
        else:
            is_same = verdict_of(self._model, lesion) is verdict
            entry = None if is_same else _decision(verdict, lesion)
            self._keeper.put(Part.DECISION, lesion_id(self.result, lesion.number), entry)

    def answer(self, presence: Presence) -> None:
        """Record the reader's own answer for the open series; the same again takes it back."""
        series = self._model.series
        if series is None or self._model.volume is None:
            return
        standing = self._model.reading.answers.get(series.key)
        is_same = standing is not None and standing.presence is presence
        is_blind = self._model.findings is None and not self._keeper.is_revealed(series.key)
        entry = None if is_same else ReaderAnswer(presence, now(), is_blind)
        self._keeper.put(Part.ANSWER, series.key, entry)

    def draw(self, stroke: Stroke) -> None:
        """Keep a stroke over the result on show."""
        self._keeper.put(Part.STROKE, next_stroke_id(self._model.reading), stroke)

    def _take_findings(self) -> None:
        self._marked, self._is_told = None, False
        self._model.edited = None
        findings, volume, series = self._model.findings, self._model.volume, self._model.series
        if findings is None or volume is None or series is None:
            return
        if findings.gate.answer is not GateAnswer.REFUSED:
            self._jobs.start(
                tr("Preparing the findings"),
                workflow.mark_lesions,
                findings,
                volume,
                on_success=self.take_marked,
            )

    def take_marked(self, marked: MarkedLesions) -> None:
        """Let the lesions of the result on show be decided on and edited."""
        self._marked = marked
        self._replay()

    def _take_reading(self) -> None:
        self._is_told = False
        self._replay()

    def _replay(self) -> None:
        """Bring edits and comparison up to the reading."""
        self._unveil()
        volume, reading = self._model.volume, self._model.reading
        if self._marked is not None and volume is not None:
            strokes, before = reading.strokes_on(self.result), self._model.edited
            if before is None or before.strokes != strokes:
                self._model.edited = edit(self._marked, volume.grid, strokes, before=before)
            self._tell_of_other_results()
            self._compare()
        self.changed.emit()

    def _unveil(self) -> None:
        if not self._model.is_ai_veiled:
            self._jobs.reveal()

    def _tell_of_other_results(self) -> None:
        """Say once that there are decisions on a result that is not this one."""
        results, series = self._model.reading.results, self._model.series
        if self._is_told or not results or self.result in results or series is None:
            return
        self._is_told = True
        self._messages.note(
            tr(
                "You decided on findings or edited them before, but on another result of the AI "
                "(other series, models or settings). Those decisions and edits are kept in your "
                "reading and are not carried over to this result."
            )
        )

    def _compare(self) -> None:
        """Write reader beside AI, and that the AI has been seen."""
        findings, series = self._model.findings, self._model.series
        if findings is None or series is None:
            return
        self._keeper.note_revealed(series.key)
        answer = self._model.reading.answers.get(series.key)
        if answer is not None:
            self._keeper.compare(
                Comparison(
                    series_key=series.key,
                    result=self.result,
                    answer=answer,
                    ai_presence=presence_of(findings),
                    ai_types=tuple(kind.word for kind in findings.found_types),
                    models=tuple(f"{model.name} {model.version}" for model in findings.models),
                    manufacturer=series.manufacturer,
                    scanner=series.scanner,
                    time=now(),
                )
            )


def _decision(verdict: Verdict, lesion: Lesion) -> Decision:
    return Decision(
        verdict,
        now(),
        lesion.kind.word,
        lesion.first_slice,
        lesion.last_slice,
        None if math.isnan(lesion.volume_ml) else lesion.volume_ml,
        None if math.isnan(lesion.probability) else lesion.probability,
    )
