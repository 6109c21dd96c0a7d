"""Similar cases as cards: thumbnail, types, distance, origin. A card opens beside the study."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ichviewer.analysis.atlas import site_words
from ichviewer.language import tr, tr_later
from ichviewer.library.case import Match, Matches, label_source
from ichviewer.ui import wording
from ichviewer.ui.labels import label
from ichviewer.ui.viewer_model import ViewerModel

_THUMBNAIL = QSize(84, 84)


class SimilarPanel(QWidget):
    """The nearest cases of the library; says so where none is really similar."""

    case_chosen = Signal(object)
    case_closed = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._note = label("", "dim", wraps=True)
        self._cards: list[_Card] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        self._column.setContentsMargins(0, 0, 6, 0)
        holder = QWidget()
        holder.setLayout(self._column)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(holder)
        self._scroll.setAccessibleName(tr("Similar cases"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 4, 10, 10)
        whole.addWidget(label(tr("Similar cases"), "heading"))
        whole.addWidget(self._note)
        whole.addWidget(self._scroll, 1)
        model.matches_changed.connect(self._refresh)
        model.findings_changed.connect(self._refresh)
        model.companion_changed.connect(self._mark_open)
        self._refresh()

    def _refresh(self) -> None:
        for card in self._cards:
            self._column.removeWidget(card)
            card.deleteLater()
        while self._column.count():
            self._column.takeAt(0)
        matches = self._model.matches
        suspected = self._model.findings.found_types if self._model.findings else ()
        self._cards = [
            _Card(match, match.is_discordant and bool(suspected))
            for match in (matches.matches if matches else ())
        ]
        for card in self._cards:
            card.chosen.connect(self._choose)
            self._column.addWidget(card)
        self._column.addStretch(1)
        self._note.setText(self._sentence(matches))
        self._note.setVisible(bool(self._note.text()))
        self._mark_open()

    def _sentence(self, matches: Matches | None) -> str:
        if self._model.similar_note:
            return self._model.similar_note
        if matches is None:
            return tr("They are looked for once the AI has read a series.")
        if not matches.matches:
            return tr("This library holds no case to compare with.")
        votes = sorted(matches.votes.items(), key=lambda vote: -vote[1])
        words = {"none": tr_later("no hemorrhage")}
        said = ", ".join(f"{tr(words.get(word, word))} {n}" for word, n in votes if n)
        nearest = len(matches.matches[:10])
        sentence = tr(
            "Types among the {n} nearest, not a diagnosis: {types}.", n=nearest, types=said
        )
        if matches.is_far:
            far = tr("No similar case in this library; the nearest are far away.")
            sentence = f"{far} {sentence}"
        return " ".join([sentence, *matches.notes])

    def _choose(self, match: Match) -> None:
        companion = self._model.companion
        if companion is not None and companion.match is match:
            self.case_closed.emit()
        else:
            self.case_chosen.emit(match)

    def _mark_open(self) -> None:
        companion = self._model.companion
        for card in self._cards:
            card.mark_open(companion is not None and companion.match is card.match)


class _Card(QFrame):
    """One case."""

    chosen = Signal(object)

    def __init__(self, match: Match, is_discordant: bool) -> None:
        super().__init__()
        self.match = match
        case = match.case
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        kinds = wording.capital(wording.listed([tr(kind) for kind in case.types])) or tr(
            "No hemorrhage"
        )
        title = label(kinds, "heading", wraps=True)
        volumes = ", ".join(
            f"{wording.millilitres(ml)} mL" if len(case.volumes_ml) == 1
            else f"{tr(kind)} {wording.millilitres(ml)} mL"
            for kind, ml in case.volumes_ml.items() if ml > 0
        )  # fmt: skip
        where = " · ".join(x for x in (volumes, tr(case.side), site_words(case.site)) if x)
        near = tr(
            "distance {distance:.2f} · nearer than {share:.0f} % of all pairs",
            distance=match.distance,
            share=match.percentile,
        )
        source = tr("labels: {source}", source=label_source(case.label_source))
        chips = QHBoxLayout()
        chips.setSpacing(4)
        for text, tone in _chips(match, is_discordant):
            chip = label(text, tone)
            chip.setObjectName("chip")
            chips.addWidget(chip)
        chips.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(title)
        for text, tone in ((where, ""), (near, "dim"), (source, "dim")):
            if text:
                lines.addWidget(label(text, tone, wraps=True))
        lines.addLayout(chips)
        lines.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(_thumbnail(case.thumbnail_png), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        self.setAccessibleName(
            tr(
                "Similar case {case}: {types}, {near}",
                case=case.case_id,
                types=title.text(),
                near=near,
            )
        )
        self.mark_open(False)

    def mark_open(self, is_open: bool) -> None:
        """Frame the card whose case is on screen."""
        if self.property("open") != is_open:
            self.setProperty("open", is_open)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setToolTip(tr("Close this case") if is_open else tr("Open beside the study"))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Open, or close where it is open."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.match)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Enter and space do what a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.match)
        else:
            super().keyPressEvent(event)


def _chips(match: Match, is_discordant: bool) -> list[tuple[str, str]]:
    chips = [(tr("SIMULATED"), "warning")] if match.case.is_simulated else []
    if is_discordant:
        chips.append((tr("none of the suspected types"), "warning"))
    return chips


def _thumbnail(png: bytes) -> QLabel:
    made = QLabel()
    made.setFixedSize(_THUMBNAIL)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setStyleSheet("background: black;")
    picture = QPixmap()
    if picture.loadFromData(png):
        ratio = made.devicePixelRatioF()
        picture = picture.scaled(
            _THUMBNAIL * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        picture.setDevicePixelRatio(ratio)
        made.setPixmap(picture)
    else:
        made.setText(tr("no image"))
    return made
