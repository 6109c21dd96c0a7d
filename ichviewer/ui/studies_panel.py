"""The list of studies and series, with what each may be used for and what was skipped."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from ichviewer.analysis.priority import Urgency
from ichviewer.dicom.study import ScanResult, Series, Study
from ichviewer.language import tr
from ichviewer.report.worklist import is_ai_shown
from ichviewer.ui import wording
from ichviewer.ui.banner import Banner
from ichviewer.ui.labels import label
from ichviewer.ui.messages import show_text
from ichviewer.ui.study_rows import (
    AI,
    IS_URGENT,
    LIMITS,
    PICTURE,
    SERIES,
    STATUS,
    STUDY,
    SUBTITLE,
    StudyRows,
    picture_of,
)
from ichviewer.ui.study_tree import StudyTree
from ichviewer.ui.viewer_model import ViewerModel

#: The others are in the tool tip.
_MOST_REASONS = 3


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
            tr("No study open.\n\nDrop folders, files or ZIP archives here, or press Ctrl+O."),
            "dim",
            wraps=True,
        )
        self._tree = StudyTree()
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(12)
        self._tree.setItemDelegate(StudyRows(self._tree))
        self._tree.setAccessibleName(tr("Studies and series"))
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.itemClicked.connect(self._choose)
        self._tree.itemActivated.connect(self._choose)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._tree.customContextMenuRequested.connect(self._offer)
        self._tree.delete_pressed.connect(self._close_current)
        self._banner = Banner()
        self._notes_title = label(tr("About these images"), "heading")
        self._notes = label("", "warning", wraps=True)
        self._skipped = label("", "dim", wraps=True)
        self._list_skipped = QPushButton(tr("Which files?"))
        self._list_skipped.clicked.connect(self._show_skipped)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 6, 10)
        column.addWidget(label(tr("Studies"), "heading"))
        column.addWidget(self._empty)
        column.addWidget(self._tree, 1000)
        column.addWidget(self._banner)
        column.addWidget(self._notes_title)
        column.addWidget(self._notes)
        column.addWidget(self._skipped)
        column.addWidget(self._list_skipped)
        column.addStretch(1)
        model.studies_changed.connect(self._refresh)
        model.worklist_changed.connect(self._show_worklist)
        model.choices_changed.connect(self._show_worklist)
        model.volume_changed.connect(self._mark_open)
        model.volume_changed.connect(self._show_notes)
        self._refresh()
        self._show_notes()

    def _refresh(self) -> None:
        scan = self._model.scan
        self._tree.clear()
        self._tree.setVisible(bool(scan and scan.studies))
        self._empty.setVisible(not (scan and scan.studies))
        for study in self._model.studies:
            top = QTreeWidgetItem([wording.study_title(study)])
            top.setData(0, SUBTITLE, wording.study_subtitle(study))
            top.setData(0, STUDY, study)
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._tree.addTopLevelItem(top)
            for series in study.series:
                top.addChild(_series_item(series))
            top.setExpanded(True)
        self._skipped.setText(wording.skipped_text(scan) if scan else "")
        self._skipped.setVisible(bool(self._skipped.text()))
        self._list_skipped.setVisible(bool(scan and scan.skipped))
        self._mark_open()
        self._show_worklist()

    def _show_worklist(self) -> None:
        """Priorities, statuses and pictures; the rows are made anew only where they move."""
        rows = [self._tree.topLevelItem(n) for n in range(self._tree.topLevelItemCount())]
        tops = [row for row in rows if row is not None]
        if [row.data(0, STUDY) for row in tops] != list(self._model.studies):
            self._refresh()
            return
        for top in tops:
            self._show_study(top)
            for item in filter(None, map(top.child, range(top.childCount()))):
                png = self._model.small_pictures.get(item.data(0, SERIES).key, b"")
                if png and item.data(0, PICTURE) is None:
                    item.setData(0, PICTURE, picture_of(png))
        self._banner.setVisible(
            any(is_ai_shown(self._model.priority_of(study)) for study in self._model.studies)
        )

    def _show_study(self, top: QTreeWidgetItem) -> None:
        study = top.data(0, STUDY)
        priority, status = self._model.priority_of(study), self._model.status_of(study)
        shown = {
            STATUS: tr(status) if status else "",
            AI: "\n".join(priority.reasons[:_MOST_REASONS]),
            IS_URGENT: priority.urgency >= Urgency.UNCERTAIN,
        }
        for role, value in shown.items():
            if top.data(0, role) != value:
                top.setData(0, role, value)
        top.setToolTip(0, tr("Why it stands here: {reason}.", reason=priority.reason.rstrip(".")))

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
                    item.setSelected(item.data(0, SERIES) is opened and opened is not None)

    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        series = item.data(0, SERIES)
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
        series, study = item.data(0, SERIES), _study_of(item)
        if isinstance(series, Series):
            compare = menu.addAction(tr("Compare with it as the prior"))
            compare.triggered.connect(lambda: self.prior_chosen.emit(series))
            menu.addSeparator()
        close = menu.addAction(tr("Take {study} off the list", study=wording.study_title(study)))
        close.setShortcut(QKeySequence.StandardKey.Delete)
        close.setShortcutVisibleInContextMenu(True)
        close.triggered.connect(lambda: self.close_wanted.emit(study))
        menu.addAction(tr("Clear the list")).triggered.connect(self.close_all_wanted)
        menu.popup(self._tree.viewport().mapToGlobal(at))

    def _close_current(self) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self.close_wanted.emit(_study_of(item))

    def _show_skipped(self) -> None:
        if self._model.scan is not None:
            show_text(self, tr("Skipped files"), _skipped_list(self._model.scan))


def _study_of(item: QTreeWidgetItem) -> Study:
    """The study that a row stands for or belongs to."""
    study = (item.parent() or item).data(0, STUDY)
    assert isinstance(study, Study)
    return study


def _series_item(series: Series) -> QTreeWidgetItem:
    item = QTreeWidgetItem([wording.series_title(series)])
    item.setData(0, SUBTITLE, wording.series_subtitle(series))
    item.setData(0, LIMITS, wording.series_limits(series))
    item.setData(0, SERIES, series)
    reasons = [*dict.fromkeys(series.refusals.values()), *series.warnings]
    item.setToolTip(0, "\n".join([wording.series_title(series), *reasons]))
    return item


def _skipped_list(scan: ScanResult) -> str:
    lines = [wording.skipped_text(scan), ""]
    lines += [f"{skipped.path}\n    {skipped.sentence}" for skipped in scan.skipped]
    return "\n".join(lines)
