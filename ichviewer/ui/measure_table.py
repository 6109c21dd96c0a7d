"""The table of measurements; a row goes to where its measurement is, its name can be changed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
)

from ichviewer.language import tr, tr_later
from ichviewer.report.measurements import Entry, full_text, short_lines
from ichviewer.ui.measure_list import MeasureList

_COLUMNS = (tr_later("Name"), tr_later("Where"), tr_later("Value"))
_NAME = 0
#: So many rows, the head among them, are seen however little room there is.
_LEAST_ROWS = 5
#: Names stay legible beside place and value.
_LEAST_PX = 230


class MeasureTable(QTableWidget):
    """One row per measurement of the open series."""

    def __init__(self, measures: MeasureList) -> None:
        super().__init__(0, len(_COLUMNS))
        self._measures = measures
        self.setAccessibleName(tr("Measurements"))
        self.setHorizontalHeaderLabels([tr(column) for column in _COLUMNS])
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.verticalHeader().hide()
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(_LEAST_PX)
        self.setMinimumHeight(_LEAST_ROWS * self.verticalHeader().defaultSectionSize())
        self.currentCellChanged.connect(lambda row, *_: self._choose(row))
        self.cellClicked.connect(lambda row, _column: self._choose(row))
        self.itemChanged.connect(self._rename)
        measures.changed.connect(self._refresh)
        measures.selection_changed.connect(self._select)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Keep the chosen row in sight when the panel below it grows."""
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

    def _refresh(self) -> None:
        entries = self._measures.entries
        self.blockSignals(True)
        self.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            for column, text in enumerate(_cells(entry)):
                self._show(row, column, text, full_text(entry.measured))
        self.blockSignals(False)
        self._select()

    def _show(self, row: int, column: int, text: str, tip: str) -> None:
        """Set a cell; the item stays, so that a name being typed is not lost."""
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            if column != _NAME:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.setItem(row, column, item)
        item.setText(text)
        item.setToolTip(tip)

    def _choose(self, row: int) -> None:
        held = self._measures.measurements
        if 0 <= row < len(held):
            self._measures.select(held[row].uid)
            self._measures.go_to_selected()

    def _rename(self, item: QTableWidgetItem) -> None:
        held = self._measures.measurements
        if item.column() == _NAME and item.row() < len(held):
            self._measures.rename(held[item.row()].uid, item.text())

    def _select(self) -> None:
        selected = self._measures.selected
        uids = [drawn.uid for drawn in self._measures.measurements]
        row = uids.index(selected.uid) if selected is not None else -1
        if row != self.currentRow() or row < 0:
            self.blockSignals(True)
            self.setCurrentCell(row, _NAME if row >= 0 else -1)
            if row < 0:
                self.clearSelection()
            self.blockSignals(False)
            self.scrollTo(self.currentIndex())
        self.viewport().update()


def _cells(entry: Entry) -> tuple[str, str, str]:
    value = short_lines(entry.measurement.kind, entry.measured)[0]
    return entry.measurement.name, entry.where, value
