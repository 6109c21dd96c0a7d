"""The agreement page: reader and AI by month and scanner, with an export."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichviewer.language import tr, tr_later
from ichviewer.reading.agreement import NOT_ACCURACY, Agreement, agreement_csv
from ichviewer.report.reading import AGREEMENT_HEAD, agreement_row
from ichviewer.ui import wording
from ichviewer.ui.banner import Banner
from ichviewer.ui.labels import label

_EXPLAINED = tr_later(
    "Counted are series for which you answered before the AI was shown (menu Reading: Read, then "
    "reveal the AI)."
)


class AgreementPage(QDialog):
    """A table that stays on this computer, unless it is exported."""

    def __init__(
        self, counted: Sequence[Agreement], note: Callable[[str], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Agreement with the AI"))
        self.resize(900, 420)
        self._counted = counted
        self._note = note
        table = QTableWidget(len(counted), len(AGREEMENT_HEAD))
        table.setAccessibleName(tr("Agreement by month and scanner"))
        table.setHorizontalHeaderLabels([wording.capital(tr(word)) for word in AGREEMENT_HEAD])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for row, one in enumerate(counted):
            for column, text in enumerate(agreement_row(one)):
                table.setItem(row, column, QTableWidgetItem(text))
        nothing = label(tr("No series has been answered before the AI was shown."), wraps=True)
        buttons = QDialogButtonBox()
        export = buttons.addButton(tr("Export as CSV…"), QDialogButtonBox.ButtonRole.ActionRole)
        export.setEnabled(bool(counted))
        export.clicked.connect(self._export)
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(Banner())
        layout.addWidget(label(f"{tr(_EXPLAINED)} {tr(NOT_ACCURACY)}", "dim", wraps=True))
        layout.addWidget(table if counted else nothing, 1)
        layout.addWidget(buttons)

    def save(self, file: Path) -> None:
        """Write the table as CSV; a file that exists is never overwritten."""
        try:
            with file.open("x", encoding="utf-8-sig", newline="") as opened:
                opened.write(agreement_csv(self._counted))
        except FileExistsError:
            self._note(
                tr(
                    "{file} is there already, and is not overwritten: choose another name.",
                    file=file,
                )
            )
        except OSError as error:
            self._note(
                tr("{file} cannot be written: {why}.", file=file, why=error.strerror or error)
            )
        else:
            self._note(tr("Saved as {file}.", file=file))

    def _export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            tr("Export agreement"),
            tr("agreement.csv"),
            "CSV (*.csv)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.save(Path(chosen))
