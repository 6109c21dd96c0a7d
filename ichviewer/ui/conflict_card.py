"""The conflict card: where reader and AI differ, what was measured there, and cases against it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ichviewer.language import figure, tr, trn
from ichviewer.library.case import Match, label_source
from ichviewer.reading.conflict import Conflict, find_conflict
from ichviewer.reading.record import Presence
from ichviewer.ui import conflict_words
from ichviewer.ui.labels import label
from ichviewer.ui.viewer_model import ViewerModel

#: The largest findings in dispute are spelled out; the table has the others.
_MOST_LESIONS = 3
_THUMBNAIL = QSize(48, 48)
#: Room for who says what, and one finding; the rest is scrolled to.
_LEAST_PX = 140


class ConflictCard(QScrollArea):
    """Shown while reader and AI differ; says what speaks for either and changes nothing."""

    case_chosen = Signal(object)

    def __init__(self, model: ViewerModel) -> None:
        super().__init__()
        self._model = model
        self._shown: tuple[object, ...] = ()
        self.setObjectName("conflict")
        self.setAccessibleName(tr("Where you and the AI differ"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(_LEAST_PX)
        for signal in (
            model.findings_changed,
            model.reading_changed,
            model.edited_changed,
            model.matches_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        model = self._model
        conflict = _conflict(model)
        shown = (conflict, model.findings, model.matches, model.edited)
        if shown == self._shown:
            return
        self._shown = shown
        self.setVisible(conflict is not None)
        body = QWidget()
        if conflict is not None:
            self._fill(QVBoxLayout(body), conflict)
        self.setWidget(body)

    def _fill(self, rows: QVBoxLayout, conflict: Conflict) -> None:
        model = self._model
        if model.findings is None or model.volume is None or model.edited is None:
            return
        rows.setContentsMargins(10, 8, 10, 8)
        rows.setSpacing(3)
        rows.addWidget(label(tr("You and the AI differ"), "heading"))
        rows.addWidget(label(conflict_words.who_says_what(conflict, model.findings), wraps=True))
        for lesion in conflict.lesions[:_MOST_LESIONS]:
            title = conflict_words.lesion_title(lesion)
            rows.addWidget(_jump(title, partial(model.go_to_lesion, lesion)))
            rows.addWidget(label(" ".join(conflict_words.evidence(lesion)), "dim", wraps=True))
        more = len(conflict.lesions) - _MOST_LESIONS
        if more > 0:
            rows.addWidget(label(trn("and {n} smaller one", "and {n} smaller ones", more), "dim"))
        if conflict.answer is Presence.PRESENT:
            midline = model.findings.midline
            for sentence in conflict_words.own_evidence(model.edited, model.volume, midline):
                rows.addWidget(label(sentence, "dim", wraps=True))
        self._add_cases(rows)
        stands = tr("Either may be wrong. Your reading stands as you gave it.")
        rows.addWidget(label(stands, "dim", wraps=True))
        rows.addStretch(1)

    def _add_cases(self, rows: QVBoxLayout) -> None:
        findings, matches = self._model.findings, self._model.matches
        if findings is None or matches is None or not matches.contrary:
            return
        said = (
            tr("Most alike without hemorrhage, by distance; a click opens beside:")
            if findings.is_any_found
            else tr("Most alike with hemorrhage, by distance; a click opens beside:")
        )
        rows.addWidget(label(said, wraps=True))
        row = QHBoxLayout()
        row.setSpacing(6)
        for match in matches.contrary:
            row.addWidget(_case_button(match, partial(self.case_chosen.emit, match)))
        row.addStretch(1)
        rows.addLayout(row)


def _conflict(model: ViewerModel) -> Conflict | None:
    """The conflict of the result on show; none while its lesions are still being prepared."""
    findings, edited, series = model.findings, model.edited, model.series
    if findings is None or edited is None or series is None:
        return None
    return find_conflict(findings, model.reading, series.key, edited.marked.result)


def _jump(text: str, run: Callable[[], None]) -> QPushButton:
    made = QPushButton(text)
    made.setObjectName("jump")
    made.setToolTip(tr("Go to its largest slice"))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    # Without the button's own state.
    made.clicked.connect(lambda checked: run())
    return made


def _case_button(match: Match, run: Callable[[], None]) -> QToolButton:
    case, made = match.case, QToolButton()
    picture = QPixmap()
    if picture.loadFromData(case.thumbnail_png):
        made.setIcon(QIcon(picture))
        made.setIconSize(_THUMBNAIL)
    made.setObjectName("case")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setText(figure(match.distance, ".2f"))
    distance = tr("distance {distance:.2f}", distance=match.distance)
    origin = tr("SIMULATED case") if case.is_simulated else tr("Case")
    labels = tr("labels: {source}", source=label_source(case.label_source))
    said = f"{origin} {case.case_id}, {distance}, {labels}"
    made.setToolTip(said)
    made.setAccessibleName(said)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda checked: run())
    return made
