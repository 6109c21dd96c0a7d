"""The table of lesions; a row goes to the slice where its lesion is largest."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
)

from ichviewer.analysis.findings import Lesion
from ichviewer.language import tr, tr_later
from ichviewer.ui import wording
from ichviewer.ui.reading_words import lesion_mark, lesion_ml, lesion_state
from ichviewer.ui.theme import colours, type_ink
from ichviewer.ui.viewer_model import ViewerModel

_COLUMNS = (
    *(tr_later("Type"), tr_later("Side"), tr_later("Prob."), "mL", "Ø mm"),
    *(tr_later("Slices"), "HU", "", tr_later("You")),
)
_FIGURES = (2, 3, 4)
#: Without room these go, the first one first: HU and diameter are also in the sentence below the
#: table, the slices on the strip. Type and side never go.
_GIVE_WAY = (6, 4, 5)
#: However little room there is, so many rows are seen.
_LEAST_ROWS = 4
_TIPS = {
    2: tr_later("Probability that this is hemorrhage, of whatever type"),
    4: tr_later("Largest diameter within a slice"),
    6: tr_later("Mean / highest HU"),
    7: tr_later("Caution: see below the table"),
    8: tr_later("Your verdict: A accepted, R rejected, U unsure; ✎ edited"),
}


class LesionTable(QTableWidget):
    """One row per lesion; choosing a row goes to its largest slice."""

    def __init__(self, model: ViewerModel) -> None:
        super().__init__(0, len(_COLUMNS))
        self._model = model
        self._wide_px = [0] * len(_COLUMNS)
        self.setAccessibleName(tr("Lesions"))
        self.setHorizontalHeaderLabels([tr(column) for column in _COLUMNS])
        for column, tip in _TIPS.items():
            self.model().setHeaderData(
                column, Qt.Orientation.Horizontal, tr(tip), Qt.ItemDataRole.ToolTipRole
            )
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setWordWrap(False)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(20)
        header.setHighlightSections(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.currentCellChanged.connect(lambda row, *_: self._choose(row))
        self.cellClicked.connect(lambda row, _column: self._choose(row))
        model.findings_changed.connect(self._refresh)
        model.edited_changed.connect(self._refresh)
        model.reading_changed.connect(self._refresh)
        model.lesion_changed.connect(self._select)
        self._refresh()

    def _refresh(self) -> None:
        lesions = self._model.findings.lesions if self._model.findings else ()
        header = self.horizontalHeader()
        self.blockSignals(True)
        # Else the columns are fitted anew after every single cell.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustIgnored)
        self.setRowCount(len(lesions))
        for row, lesion in enumerate(lesions):
            for column, item in enumerate(_items(self._model, lesion)):
                self.setItem(row, column, item)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.blockSignals(False)
        self._measure()
        self._fit()
        rows_px = min(len(lesions), _LEAST_ROWS) * self.verticalHeader().defaultSectionSize()
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + rows_px)
        self._select()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Show as many columns as leave the type its name."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _measure(self) -> None:
        """Note how wide the columns want to be: asked at every resize, it held the window up."""
        for column in _GIVE_WAY:
            self.setColumnHidden(column, False)
        header = self.horizontalHeader()
        self._wide_px = [
            max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            for column in range(self.columnCount())
        ]

    def _fit(self) -> None:
        over_px = sum(self._wide_px) - self.viewport().width()
        for column in _GIVE_WAY:
            gives_way = over_px > 0
            if self.isColumnHidden(column) != gives_way:
                self.setColumnHidden(column, gives_way)
            over_px -= self._wide_px[column] * gives_way

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  Qt's name
        """Take the inks of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._refresh()

    def _choose(self, row: int) -> None:
        lesions = self._model.findings.lesions if self._model.findings else ()
        if 0 <= row < len(lesions):
            self._model.go_to_lesion(lesions[row])

    def _select(self) -> None:
        lesions = self._model.findings.lesions if self._model.findings else ()
        lesion = self._model.lesion
        self.blockSignals(True)
        if lesion in lesions:
            self.setCurrentCell(lesions.index(lesion), 0)
        else:
            self.setCurrentCell(-1, -1)
            self.clearSelection()
        self.blockSignals(False)
        self.viewport().update()


def _items(model: ViewerModel, lesion: Lesion) -> list[QTableWidgetItem]:
    items = [QTableWidgetItem(text) for text in _cells(model, lesion)]
    told = wording.lesion_sentence(lesion)
    for item in items:
        item.setToolTip(told)
    for column in _FIGURES:
        items[column].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    items[0].setForeground(type_ink(lesion.kind))
    items[-2].setForeground(QColor(colours().warning))
    items[-1].setToolTip(lesion_state(model, lesion) or tr("not decided yet"))
    return items


def _cells(model: ViewerModel, lesion: Lesion) -> tuple[str, ...]:
    return (
        wording.capital(tr(lesion.kind.word)),
        tr(lesion.side),
        wording.percent(lesion.probability),
        wording.millilitres(lesion_ml(model, lesion)),
        f"{lesion.diameter_mm:.0f}",
        wording.slice_range(lesion),
        f"{lesion.mean_hu:.0f} / {lesion.max_hu:.0f}",
        "⚠" if lesion.flags else "",
        lesion_mark(model, lesion),
    )
