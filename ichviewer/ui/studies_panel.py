"""The list of studies and series, with what each may be used for and what was skipped."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichviewer.dicom.study import ScanResult, Series, Study
from ichviewer.ui import wording
from ichviewer.ui.labels import label
from ichviewer.ui.messages import show_text
from ichviewer.ui.study_tree import StudyTree
from ichviewer.ui.theme import colours
from ichviewer.ui.viewer_model import ViewerModel

_SUBTITLE = Qt.ItemDataRole.UserRole
_LIMITS = Qt.ItemDataRole.UserRole + 1
_SERIES = Qt.ItemDataRole.UserRole + 2
_STUDY = Qt.ItemDataRole.UserRole + 3

Index = QModelIndex | QPersistentModelIndex


class StudiesPanel(QWidget):
    """The opened studies; a click or Enter opens a series, Delete takes a study off the list."""

    series_chosen = Signal(object)
    prior_chosen = Signal(object)
    close_wanted = Signal(object)
    close_all_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._empty = label(
            "No study open.\n\nDrop folders, files or ZIP archives here, or press Ctrl+O.",
            "dim",
            wraps=True,
        )
        self._tree = StudyTree()
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(12)
        self._tree.setItemDelegate(_TwoLines(self._tree))
        self._tree.setAccessibleName("Studies and series")
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.itemClicked.connect(self._choose)
        self._tree.itemActivated.connect(self._choose)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._tree.customContextMenuRequested.connect(self._offer)
        self._tree.delete_pressed.connect(self._close_current)
        self._notes_title = label("About these images", "heading")
        self._notes = label("", "warning", wraps=True)
        self._skipped = label("", "dim", wraps=True)
        self._list_skipped = QPushButton("Which files?")
        self._list_skipped.clicked.connect(self._show_skipped)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 6, 10)
        column.addWidget(label("Studies", "heading"))
        column.addWidget(self._empty)
        column.addWidget(self._tree, 1000)
        column.addWidget(self._notes_title)
        column.addWidget(self._notes)
        column.addWidget(self._skipped)
        column.addWidget(self._list_skipped)
        column.addStretch(1)
        model.studies_changed.connect(self._refresh)
        model.volume_changed.connect(self._mark_open)
        model.volume_changed.connect(self._show_notes)
        self._refresh()
        self._show_notes()

    def _refresh(self) -> None:
        scan = self._model.scan
        self._tree.clear()
        self._tree.setVisible(bool(scan and scan.studies))
        self._empty.setVisible(not (scan and scan.studies))
        for study in scan.studies if scan else ():
            top = QTreeWidgetItem([wording.study_title(study)])
            top.setData(0, _SUBTITLE, wording.study_subtitle(study))
            top.setData(0, _STUDY, study)
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._tree.addTopLevelItem(top)
            for series in study.series:
                top.addChild(_series_item(series))
            top.setExpanded(True)
        self._skipped.setText(wording.skipped_text(scan) if scan else "")
        self._skipped.setVisible(bool(self._skipped.text()))
        self._list_skipped.setVisible(bool(scan and scan.skipped))
        self._mark_open()

    def _show_notes(self) -> None:
        """What a reader must not miss about the open series, in full."""
        notes = self._model.volume.notes if self._model.volume else ()
        self._notes.setText("\n".join(notes))
        for part in (self._notes_title, self._notes):
            part.setVisible(bool(notes))

    def _mark_open(self) -> None:
        opened = self._model.series
        for n in range(self._tree.topLevelItemCount()):
            top = self._tree.topLevelItem(n)
            for m in range(top.childCount() if top else 0):
                item = top.child(m) if top else None
                if item is not None:
                    item.setSelected(item.data(0, _SERIES) is opened and opened is not None)

    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        series = item.data(0, _SERIES)
        if isinstance(series, Series):
            self.series_chosen.emit(series)
            self._mark_open()

    def _offer(self, at: QPoint) -> None:
        """What else can be done with a series or study."""
        item = self._tree.itemAt(at)
        if item is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        series, study = item.data(0, _SERIES), _study_of(item)
        if isinstance(series, Series):
            compare = menu.addAction("Compare with it as the prior")
            compare.triggered.connect(lambda: self.prior_chosen.emit(series))
            menu.addSeparator()
        close = menu.addAction(f"Take {wording.study_title(study)} off the list")
        close.setShortcut(QKeySequence.StandardKey.Delete)
        close.setShortcutVisibleInContextMenu(True)
        close.triggered.connect(lambda: self.close_wanted.emit(study))
        menu.addAction("Clear the list").triggered.connect(self.close_all_wanted)
        menu.popup(self._tree.viewport().mapToGlobal(at))

    def _close_current(self) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self.close_wanted.emit(_study_of(item))

    def _show_skipped(self) -> None:
        if self._model.scan is not None:
            show_text(self, "Skipped files", _skipped_list(self._model.scan))


def _study_of(item: QTreeWidgetItem) -> Study:
    """The study that a row stands for or belongs to."""
    study = (item.parent() or item).data(0, _STUDY)
    assert isinstance(study, Study)
    return study


def _series_item(series: Series) -> QTreeWidgetItem:
    item = QTreeWidgetItem([wording.series_title(series)])
    item.setData(0, _SUBTITLE, wording.series_subtitle(series))
    item.setData(0, _LIMITS, wording.series_limits(series))
    item.setData(0, _SERIES, series)
    reasons = [*dict.fromkeys(series.refusals.values()), *series.warnings]
    item.setToolTip(0, "\n".join([wording.series_title(series), *reasons]))
    return item


def _skipped_list(scan: ScanResult) -> str:
    lines = [wording.skipped_text(scan), ""]
    lines += [f"{skipped.path}\n    {skipped.sentence}" for skipped in scan.skipped]
    return "\n".join(lines)


class _TwoLines(QStyledItemDelegate):
    """Title, a dim second line, and in a third what the series may not be used for."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        line = option.fontMetrics.height()
        return QSize(120, line * len(_lines(index)) + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter)
        painter.save()
        area: QRect = option.rect.adjusted(4, 5, -4, -5)
        metrics = option.fontMetrics
        font = QFont(option.font)
        for n, (text, colour) in enumerate(_lines(index)):
            font.setWeight(QFont.Weight.DemiBold if n == 0 else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            line = QRect(area.x(), area.y() + n * metrics.height(), area.width(), metrics.height())
            short = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, short)
        painter.restore()


def _lines(index: Index) -> list[tuple[str, str]]:
    lines = [
        (index.data(), colours().text),
        (index.data(_SUBTITLE), colours().dim),
        (index.data(_LIMITS), colours().warning),
    ]
    return [(str(text), colour) for text, colour in lines if text]
