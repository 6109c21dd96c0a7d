"""Keeps the reading of the open study: every change goes into its journal at once.

Journals are opened and closed on a thread of their own, one after the other, so that the window
never waits for the disk. What the reader does before a journal is open goes into it once it is;
where it cannot be opened the reading lasts as long as the window, and the window says so.
"""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ichviewer.dicom.study_list import source_of
from ichviewer.errors import IchViewerError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later, trn
from ichviewer.reading.change import Change, Entry, History, Part, do, put, redo, undo
from ichviewer.reading.event import Changed, Compared, Event, Placed, Redone, Revealed, Undone
from ichviewer.reading.interrupted import forget_open, note_open
from ichviewer.reading.journal import Journal, now, open_journal
from ichviewer.reading.record import Comparison, KeyImage, Place, image_id
from ichviewer.reading.replay import Replay, history_after, study_key
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel

#: Where the reader is goes into the journal no more often than this.
_PLACE_MS = 700
#: A disk that has taken nothing for so long is worth a word.
_LATE_S = 2.0
#: A closing window waits this long for the journal's last words.
_CLOSE_S = 4.0
_PART_WORDS = {
    Part.ANSWER: tr_later("answer"),
    Part.DECISION: tr_later("decision"),
    Part.KEY_IMAGE: tr_later("key image"),
    Part.MEASUREMENT: tr_later("measurement"),
    Part.STROKE: tr_later("brush stroke"),
    Part.DRAFT: tr_later("text"),
}


class ReadingKeeper(QObject):
    """The history of the open study's reading, and the journal that it goes into.

    Signals carry nothing: receivers read the keeper, or the model's reading.
    """

    opened = Signal()
    keeping_changed = Signal()
    _called = Signal(object)

    def __init__(
        self,
        model: ViewerModel,
        messages: Messages,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._messages = messages
        self._folder = folder
        self._study = ""
        self._journal: Journal | None = None
        #: What came before a study's journal was open, by study.
        self._early: dict[str, list[Event]] = {}
        self._fresh: tuple[str, Journal, Replay] | None = None
        self._is_closed = False
        self._refusal = ""
        self._history = History()
        self._revealed: frozenset[str] = frozenset()
        self._compared: frozenset[tuple[str, str]] = frozenset()
        #: Whose images have come up; before that the cursor is put by the program, not the reader.
        self._up: Volume | None = None
        #: Where the reader has gone in the open study, and the last place that was recorded.
        self._here: Place | None = None
        self._place: Place | None = None
        self.said: Replay | None = None
        self._steps: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="readings", daemon=True)
        self._thread.start()
        self._called.connect(lambda function: function(), Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PLACE_MS)
        self._timer.timeout.connect(self._record_place)
        for signal in (model.cursor_changed, model.window_changed):
            signal.connect(self._go_on)
        model.volume_changed.connect(self._follow)
        model.volume_changed.connect(lambda: QTimer.singleShot(0, self, self._note_up))
        model.key_images_changed.connect(self._take_key_images)

    @property
    def trouble(self) -> str:
        """Why the reading is not being kept; empty where it is."""
        if self._refusal or self._journal is None:
            return self._refusal
        keeping = self._journal.keeping
        if keeping.trouble or keeping.waiting_s < _LATE_S:
            return keeping.trouble
        return tr(
            "The disk has not taken your reading for {seconds:.0f} seconds. It goes on trying; do "
            "not close this window before.",
            seconds=keeping.waiting_s,
        )

    @property
    def waiting(self) -> int:
        """Number of events that are not written yet."""
        return self._journal.keeping.waiting if self._journal else 0

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._history.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._history.undone)

    def put(self, part: Part, key: str, entry: Entry | None) -> None:
        """Change one entry of the reading, None to remove it."""
        change = put(self._history.reading, part, key, entry)
        if change.before != change.after and self._study:
            self._record(Changed(change))
            self._show(do(self._history, change))

    def undo(self) -> None:
        """Take the last change back."""
        if self._history.done:
            self._record(Undone(self._history.done[-1]))
            self._show(undo(self._history))

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        if self._history.undone:
            self._record(Redone(self._history.undone[-1]))
            self._show(redo(self._history))

    @property
    def last_change(self) -> Change | None:
        """What undo would take back."""
        return self._history.done[-1] if self._history.done else None

    def is_revealed(self, series_key: str) -> bool:
        """Whether the reader has seen what the AI says of a series."""
        return series_key in self._revealed

    def note_revealed(self, series_key: str) -> None:
        """What the AI says of a series is on the screen."""
        if series_key not in self._revealed:
            self._revealed |= {series_key}
            self._record(Revealed(series_key))

    def compare(self, comparison: Comparison) -> None:
        """Write down reader beside AI, once for each result."""
        pair = (comparison.series_key, comparison.result)
        if pair not in self._compared:
            self._compared |= {pair}
            self._record(Compared(comparison))

    def close(self) -> int:
        """Let the reading go; returns the number of events that could not be written."""
        self._timer.stop()
        self._steps.put(None)
        self._thread.join(_CLOSE_S)
        if self._journal is None and self._fresh is not None and self._fresh[0] == self._study:
            self._take(*self._fresh)
        self._is_closed = True
        journal, self._journal = self._journal, None
        if journal is None:
            return 0
        self._flush_place(journal)
        return self._let_go(journal, self._study)

    def _key(self) -> str:
        """Of the study on screen; empty without one."""
        study, series = self._model.study, self._model.series
        return study_key(study.study_uid if study else "", series.key) if series else ""

    def _follow(self) -> None:
        """Open the reading of another study."""
        key, study = self._key(), self._model.study
        if key == self._study:
            return
        if self._journal is not None:
            self._flush_place(self._journal)
            self._steps.put(partial(self._let_go, self._journal, self._study))
        self._study, self._journal, self.said = key, None, None
        self._here = self._place = None
        self._refusal = ""
        self._revealed, self._compared = frozenset(), frozenset()
        self._show(History())
        if key:
            source = source_of(study) if study and not self._model.choices.is_private else None
            self._steps.put(partial(self._open, key, source))

    def _work(self) -> None:
        while (step := self._steps.get()) is not None:
            step()

    def _open(self, study: str, source: Path | None) -> None:
        """On the thread: open a journal, and tell the window."""
        try:
            told = partial(self._called.emit, self.keeping_changed.emit)
            journal, said = open_journal(self._folder, study, told)
        except IchViewerError as error:
            self._called.emit(partial(self._refuse, study, error))
            return
        # Where this cannot be written, the journal cannot either, and says so.
        with contextlib.suppress(OSError):
            if source is not None:
                note_open(self._folder, study, source)
        self._fresh = study, journal, said
        self._called.emit(partial(self._take, study, journal, said))

    def _let_go(self, journal: Journal, study: str) -> int:
        """On the thread: close a journal."""
        unwritten = journal.close()
        if unwritten:
            self._called.emit(partial(self._note_loss, unwritten))
        else:
            with contextlib.suppress(OSError):
                forget_open(self._folder, study)
        return unwritten

    def _take(self, study: str, journal: Journal, said: Replay) -> None:
        if self._is_closed:
            return
        self._fresh = None
        early = self._early.pop(study, [])
        for event in early:
            journal.record(event)
        if study != self._study:
            self._steps.put(partial(self._let_go, journal, study))
            return
        self._journal, self.said = journal, said
        if self._here is not None:
            self._timer.start()
        self._revealed |= said.revealed
        self._compared |= {(one.series_key, one.result) for one in said.comparisons}
        history = said.history
        for event in early:
            history = history_after(history, event)
        self._show(history)
        self.opened.emit()
        self.keeping_changed.emit()
        if said.news:
            self._messages.note(" ".join((tr("Your reading was damaged."), *said.news)))

    def _note_loss(self, unwritten: int) -> None:
        self._messages.note(trn("{n} change of the last reading could not be written to disk.",
                                "{n} changes of the last reading could not be written to disk.",
                                unwritten))  # fmt: skip

    def _refuse(self, study: str, error: IchViewerError) -> None:
        self._early.pop(study, None)
        if study == self._study and self._journal is None:
            self._refusal = str(error)
            self.keeping_changed.emit()

    def _record(self, event: Event) -> None:
        if self._journal is not None:
            self._journal.record(event)
        else:
            self._early.setdefault(self._study, []).append(event)

    def _show(self, history: History) -> None:
        self._history = history
        self._model.reading = history.reading
        kept = history.reading.key_images.values()
        self._model.key_images = frozenset((one.series_key, one.k) for one in kept)

    def _take_key_images(self) -> None:
        """Bring the reading up to the slices that the reader has marked."""
        window, marked = self._model.window, self._model.key_images
        kept = {(one.series_key, one.k) for one in self._model.reading.key_images.values()}
        for series_key, k in sorted(kept ^ marked):
            image = KeyImage(series_key, k, float(window.center), float(window.width), now())
            is_new = (series_key, k) in marked
            self.put(Part.KEY_IMAGE, image_id(series_key, k), image if is_new else None)

    def _note_up(self) -> None:
        """From here on it is the reader who moves."""
        self._up = self._model.volume

    def _go_on(self) -> None:
        """Keep where the reader went; where images come up he went before, or never."""
        model, window = self._model, self._model.window
        if model.series is None or self._up is None or self._up is not model.volume:
            return
        self._here = Place(
            model.series.key, model.cursor_kji, float(window.center), float(window.width),
            window.name,
        )  # fmt: skip
        if not self._timer.isActive():
            self._timer.start()

    def _record_place(self) -> None:
        if self._journal is not None:
            self._flush_place(self._journal)

    def _flush_place(self, journal: Journal) -> None:
        if self._here is not None and self._here != self._place:
            self._place = self._here
            journal.record(Placed(self._here))


def described(change: Change | None) -> str:
    """What a change is about, for the menu."""
    return tr(_PART_WORDS[change.part]) if change else ""
