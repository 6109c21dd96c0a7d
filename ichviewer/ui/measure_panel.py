"""The panel of measurements: the table, all values of the chosen one, and ways to keep them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ichviewer.imaging.measure import Measured
from ichviewer.language import tr, tr_later
from ichviewer.report.measurements import full_text
from ichviewer.ui.labels import label
from ichviewer.ui.measure_histogram import HistogramView
from ichviewer.ui.measure_list import MeasureList
from ichviewer.ui.measure_table import MeasureTable

_RULE = tr_later(
    "A voxel counts when its centre lies inside the outline or on it. "
    "Values are those of the acquired voxels, never of the smoothed image."
)


class MeasurePanel(QWidget):
    """Shown as soon as something is measured."""

    export_wanted = Signal()

    def __init__(self, measures: MeasureList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._measures = measures
        self._values = label("", "dim", wraps=True)
        self._remarks = label("", "warning", wraps=True)
        self.histogram = HistogramView()
        self.histogram.setToolTip(tr(_RULE))
        self._delete = QPushButton(tr("Delete"))
        self._delete.setToolTip(tr("Delete the chosen measurement; undo brings it back"))
        self._delete.clicked.connect(measures.delete_selected)
        export = QPushButton(tr("Export…"))
        export.setToolTip(tr("Save all measurements of this series as JSON or CSV"))
        export.clicked.connect(self.export_wanted)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._delete)
        foot.addWidget(export)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 10, 6)
        column.addWidget(label(tr("Measurements"), "heading"))
        column.addWidget(MeasureTable(measures), 1)
        column.addWidget(self._values)
        column.addWidget(self._remarks)
        column.addWidget(self.histogram)
        column.addLayout(foot)
        measures.changed.connect(self._refresh)
        measures.selection_changed.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Sentences need more lines where the panel is narrow."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Nothing may be laid over another: a splitter does not ask how high wrapped text is."""
        column = self._column
        wraps = column.hasHeightForWidth()
        needed = (
            column.totalMinimumHeightForWidth(self.width())
            if wraps
            else column.totalMinimumSize().height()
        )
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)

    def _refresh(self) -> None:
        selected = self._measures.selected
        self.setVisible(bool(self._measures.measurements))
        self._delete.setEnabled(selected is not None)
        for part in (self._values, self._remarks, self.histogram):
            part.setVisible(False)
        if selected is not None:
            self._show(self._measures.entry(selected).measured)
        self._make_room()

    def _show(self, measured: Measured) -> None:
        self._values.setText(full_text(measured))
        self._values.setVisible(bool(measured.quantities))
        self._remarks.setText(" ".join(measured.notes))
        self._remarks.setVisible(bool(measured.notes))
        unit = measured.quantities[0].unit if measured.quantities else ""
        self.histogram.show_statistics(measured.statistics, unit)
