"""The table of lesions says what was found before it says how large."""

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHeaderView
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.ui.lesion_table import LesionTable
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui import samples


def shown(table: LesionTable) -> list[str]:
    return [
        table.horizontalHeaderItem(column).text()
        for column in range(table.columnCount())
        if not table.isColumnHidden(column)
    ]


def test_a_narrow_table_keeps_the_types_whole(qtbot: QtBot) -> None:
    model = ViewerModel()
    model.show_volume(samples.series(), samples.volume())
    table = LesionTable(model)
    qtbot.addWidget(table)
    table.resize(900, 200)
    table.show()
    model.findings = samples.findings(samples.lesion(1, HemorrhageType.INTRAPARENCHYMAL, 1))
    every = shown(table)
    assert {"Type", "Side", "HU", "Ø mm"} < set(every)
    type_px = QFontMetrics(table.font()).horizontalAdvance(table.item(0, 0).text())
    table.resize(340, 200)
    assert len(shown(table)) < len(every)
    assert shown(table)[:2] == ["Type", "Side"]
    assert table.columnWidth(0) >= type_px
    assert table.horizontalHeader().sectionResizeMode(0) is QHeaderView.ResizeMode.Stretch
    table.resize(900, 200)
    assert shown(table) == every
