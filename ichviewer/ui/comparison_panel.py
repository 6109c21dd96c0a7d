"""What has changed since the prior: alignment, verdict of the growth rule, and the table."""

from math import isfinite

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichviewer.analysis.findings import HemorrhageType, Lesion
from ichviewer.comparison.alignment import Grade
from ichviewer.comparison.change import Amount, Comparison, LesionChange, Trend
from ichviewer.language import figure, tr, tr_later
from ichviewer.report import changes
from ichviewer.ui import wording
from ichviewer.ui.banner import Banner
from ichviewer.ui.comparison_prior import Prior
from ichviewer.ui.labels import label, set_tone
from ichviewer.ui.messages import show_text
from ichviewer.ui.theme import colours, type_ink
from ichviewer.ui.viewer_model import ViewerModel

_COLUMNS = (
    *("", tr_later("prior"), tr_later("now mL"), tr_later("change"), "%"),
    *(tr_later("what"), tr_later("mm")),
)
_FIGURES = (1, 2, 3, 4)
_WHAT = 5
#: Further rows are scrolled to.
_MOST_ROWS = 6
_TIPS = {
    0: tr_later("Type, or lesion with its number on the prior and on this series"),
    3: changes.UNCERTAINTY,
    5: changes.RULE,
    6: tr_later("Thickness of a collection, else largest diameter: prior → now"),
}
_MOVE_HINT = tr_later("Move it with Alt+Shift and arrows, PgUp, PgDn; turn it with Ctrl as well")


class ComparisonPanel(QWidget):
    """Shown while a prior series is beside the study."""

    close_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._title = label("", "heading", wraps=True)
        self._warnings = label("", "warning", wraps=True)
        self._alignment = label("", "dim", wraps=True)
        self._alignment.setToolTip(tr(_MOVE_HINT))
        self._verdict = label("", "heading", wraps=True)
        self.table = _ChangeTable(model)
        self._shift = label("", "dim", wraps=True)
        whole = QPushButton(tr("All of it…"))
        whole.setToolTip(tr("The whole comparison as text, with signs, rule and uncertainty"))
        whole.clicked.connect(self._show_all)
        close = QPushButton(tr("Close the prior"))
        close.clicked.connect(self.close_wanted)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(whole)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 10, 6)
        for part in (Banner(), self._title, self._warnings, self._verdict, self._alignment):
            column.addWidget(part)
        column.addWidget(self.table)
        column.addWidget(self._shift)
        column.addStretch(1)
        column.addLayout(foot)
        model.companion_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        prior = self._model.companion
        self.setVisible(isinstance(prior, Prior))
        if not isinstance(prior, Prior):
            return
        found = prior.comparison
        date = prior.point.study.date or "?"
        self._title.setText(
            tr(
                "Change since the prior of {date}, {interval} before",
                date=date,
                interval=found.interval,
            )
            if found.interval
            else tr("Change since the prior of {date}", date=date)
        )
        self._warnings.setText("\n".join(found.warnings))
        self._warnings.setVisible(bool(found.warnings))
        self._alignment.setText(found.alignment.sentence())
        is_good = found.alignment.grade is Grade.GOOD
        set_tone(self._alignment, "dim" if is_good else "warning")
        self._verdict.setText(changes.growth_sentence(found))
        set_tone(self._verdict, "warning" if found.is_expansion else "heading")
        self.table.show_comparison(found)
        sentences = [changes.shift_sentence(found), *changes.sign_sentences(found)]
        self._shift.setText("\n".join(sentence for sentence in sentences if sentence))
        self._shift.setVisible(bool(self._shift.text()))

    def _show_all(self) -> None:
        prior = self._model.companion
        if isinstance(prior, Prior):
            show_text(self, tr("Comparison"), changes.changes_text(prior.comparison))


class _ChangeTable(QTableWidget):
    """One row per type and lesion; choosing a lesion's row goes to it."""

    def __init__(self, model: ViewerModel) -> None:
        super().__init__(0, len(_COLUMNS))
        self._model = model
        self._lesions: list[Lesion | None] = []
        self.setAccessibleName(tr("Changes since the prior"))
        self.setHorizontalHeaderLabels([tr(column) for column in _COLUMNS])
        for column, tip in _TIPS.items():
            self.model().setHeaderData(
                column, Qt.Orientation.Horizontal, tr(tip), Qt.ItemDataRole.ToolTipRole
            )
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setWordWrap(False)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(20)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.cellClicked.connect(lambda row, _column: self._choose(row))

    def show_comparison(self, found: Comparison) -> None:
        """Totals first, then lesion by lesion."""
        rows = [
            (
                _title(one.kind),
                one.amount,
                one.amount.trend,
                "",
            )
            for one in found.types
        ]
        rows += [(_name(one), one.amount, one.trend, _millimetres(one)) for one in found.lesions]
        kinds = [one.kind for one in found.types]
        kinds += [one.kind for one in found.lesions]
        self._lesions = [None] * len(found.types)
        self._lesions += [one.current[0] if one.current else None for one in found.lesions]
        grown = [one.amount.is_expansion for one in found.types]
        grown += [one.is_expansion for one in found.lesions]
        self.setRowCount(len(rows))
        shown = min(len(rows), _MOST_ROWS) * self.verticalHeader().defaultSectionSize()
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + shown + 4)
        for row, (name, amount, trend, mm) in enumerate(rows):
            for column, text in enumerate((name, *_figures(amount), tr(trend), mm)):
                item = QTableWidgetItem(text)
                item.setToolTip(amount.rule_words() or tr(trend))
                if column in _FIGURES:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.setItem(row, column, item)
            kind = kinds[row]
            if kind is not None:
                self._cell(row, 0).setForeground(type_ink(kind))
            if grown[row]:
                is_grown = trend is Trend.GROWN
                self._cell(row, _WHAT).setText(
                    tr("GROWTH") if is_grown else tr("{trend}, GROWTH", trend=tr(trend))
                )
                self._cell(row, _WHAT).setForeground(QColor(colours().warning))

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = self.item(row, column)
        assert item is not None
        return item

    def _choose(self, row: int) -> None:
        lesion = self._lesions[row]
        if lesion is not None:
            self._model.go_to_lesion(lesion)


def _title(kind: HemorrhageType | None) -> str:
    return wording.capital(tr(kind.word)) if kind else tr("All types")


def _name(change: LesionChange) -> str:
    numbers = f"{changes.numbers_of(change.prior)} → {changes.numbers_of(change.current)}"
    return "  " + tr("lesion {numbers}", numbers=numbers)


def _figures(amount: Amount) -> tuple[str, ...]:
    share = amount.change_share
    is_known = isfinite(amount.change_ml)
    return (
        wording.millilitres(amount.prior_ml),
        wording.millilitres(amount.current_ml),
        f"{figure(amount.change_ml, '+.1f')} ± {figure(amount.uncertainty_ml, '.1f')}"
        if is_known
        else "–",
        f"{100 * share:+.0f}" if isfinite(share) else "–",
    )


def _millimetres(change: LesionChange) -> str:
    has_thickness = any(map(isfinite, change.thickness_mm))
    pair = change.thickness_mm if has_thickness else change.diameter_mm
    return " → ".join(f"{mm:.0f}" if isfinite(mm) else "–" for mm in pair)
