"""The bar above the images: a reading to be taken up again, and why one is not being kept."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ichviewer.language import tr, trn
from ichviewer.reading.interrupted import Interrupted
from ichviewer.reading.record import Place
from ichviewer.reading.replay import Replay
from ichviewer.ui import wording
from ichviewer.ui.labels import label
from ichviewer.ui.reading_keeper import ReadingKeeper

#: How often the bar looks whether the disk keeps up.
_LOOK_MS = 1000


class ReadingBar(QFrame):
    """Hidden while there is nothing to say."""

    resume_wanted = Signal()
    dismissed = Signal()

    def __init__(self, keeper: ReadingKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._keeper = keeper
        self._offer = ""
        self._text = label("", wraps=True)
        self._resume = QPushButton(tr("Go on there"))
        self._resume.clicked.connect(self.resume_wanted)
        self._dismiss = QPushButton(tr("Not now"))
        self._dismiss.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self._resume)
        row.addWidget(self._dismiss)
        keeper.keeping_changed.connect(self._refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._refresh)
        self._timer.start(_LOOK_MS)
        self._refresh()

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._text.text() if not self.isHidden() else ""

    def stop(self) -> None:
        """Look no longer; the window closes."""
        self._timer.stop()

    def offer(self, sentence: str) -> None:
        """Offer to take a reading up; an empty sentence takes the offer back."""
        self._offer = sentence
        self._refresh()

    def _refresh(self) -> None:
        trouble = self._keeper.trouble
        text = trouble or self._offer
        self._resume.setVisible(not trouble)
        self._dismiss.setVisible(not trouble)
        if self._text.text() != text:
            self._text.setText(text)
        self.setVisible(bool(text))
        tone = "error" if trouble else "note"
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


def offer_of_study(said: Replay, place: Place | None) -> str:
    """What is said when a study is opened that was read before; empty where it was not."""
    reading = said.history.reading
    counts = [
        text
        for held, text in (
            (reading.answers, trn("{n} answer", "{n} answers", len(reading.answers))),
            (reading.decisions, trn("{n} decision", "{n} decisions", len(reading.decisions))),
            (reading.strokes, trn("{n} stroke", "{n} strokes", len(reading.strokes))),
            (
                reading.measurements,
                trn("{n} measurement", "{n} measurements", len(reading.measurements)),
            ),
            (reading.key_images, trn("{n} key image", "{n} key images", len(reading.key_images))),
        )
        if held
    ]
    if place is None or (not counts and not said.is_open):
        return ""
    time = local_time(said.last_time)
    parts = [
        tr("Your reading of this study was interrupted on {time}.", time=time)
        if said.is_open
        else tr("Your reading of this study was closed on {time}.", time=time)
    ]
    if counts:
        parts.append(tr("{parts} taken up.", parts=wording.capital(wording.listed(counts))))
    parts.append(tr("You were at slice {slice}.", slice=place.cursor_kji[0] + 1))
    return " ".join(parts)


def offer_of_interrupted(found: Interrupted) -> str:
    """What is said when the program starts after it was killed."""
    return tr(
        "The program ended on {time} while you were reading {source}. Everything you decided was "
        "kept.",
        time=local_time(found.last_time),
        source=Path(found.source).name,
    )


def local_time(utc: str) -> str:
    """`2026-11-21 10:32` in the computer's own time."""
    return datetime.fromisoformat(utc).astimezone().strftime("%Y-%m-%d %H:%M")
