"""The places that were opened last: on the page without a study, and in the File menu."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from ichviewer.language import tr
from ichviewer.ui.labels import label
from ichviewer.ui.viewer_model import ViewerModel


class RecentMenu(QMenu):
    """Opens a place again; the last entry forgets them all."""

    place_wanted = Signal(object)
    #: Somebody looks at the places: whether they are still there is worth knowing.
    looked_at = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(tr("Recent studies"), parent)
        self._model = model
        self.aboutToShow.connect(self.looked_at)
        model.choices_changed.connect(self._refresh)
        model.missing_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.clear()
        recent = self._model.choices.recent
        for place in recent:
            # An ampersand would mark a key.
            made = self.addAction(_words(place, self._model.missing).replace("&", "&&"))
            made.setEnabled(place not in self._model.missing)
            made.triggered.connect(lambda _checked=False, place=place: self._want(place))
        if recent:
            self.addSeparator()
            self.addAction(tr("Forget these")).triggered.connect(self._forget)
        else:
            none = tr("none: private mode") if self._model.choices.is_private else tr("none yet")
            self.addAction(none).setEnabled(False)

    def _forget(self) -> None:
        self._model.choices = replace(self._model.choices, recent=())

    def _want(self, place: Path) -> None:
        self.place_wanted.emit(place)


class RecentList(QWidget):
    """The same as a list of links; not there where there is nothing to show."""

    place_wanted = Signal(object)
    looked_at = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._links: list[QPushButton] = []
        self._is_wanted = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 12, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(label(tr("Recent studies"), "heading"))
        model.choices_changed.connect(self._refresh)
        model.missing_changed.connect(self._refresh)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Have it looked up which places are gone."""
        super().showEvent(event)
        self.looked_at.emit()

    def show_for(self, is_wanted: bool) -> None:
        """Be there where the page wants it and there is something to show."""
        self._is_wanted = is_wanted
        self.setVisible(is_wanted and bool(self._links))

    def _refresh(self) -> None:
        for link in self._links:
            self._column.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._links = [self._link(place) for place in self._model.choices.recent]
        for link in self._links:
            self._column.addWidget(link)
        self.show_for(self._is_wanted)

    def _link(self, place: Path) -> QPushButton:
        link = QPushButton(_words(place, self._model.missing).replace("&", "&&"))
        link.setObjectName("jump")
        link.setToolTip(str(place))
        link.setEnabled(place not in self._model.missing)
        link.clicked.connect(lambda: self.place_wanted.emit(place))
        return link


def _words(place: Path, missing: frozenset[Path]) -> str:
    """Name and folder, and whether it is no longer there."""
    name, folder = place.name or str(place), _short(place.parent)
    if place in missing:
        return tr("{name} in {folder} (missing)", name=name, folder=folder)
    return tr("{name} in {folder}", name=name, folder=folder)


def _short(folder: Path) -> str:
    """The folder by its last two names, for a whole path is seldom worth its length."""
    parts = folder.parts
    return str(folder) if len(parts) <= 3 else str(Path("…", *parts[-2:]))
