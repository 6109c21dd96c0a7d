"""The manual in a window of its own: contents and search on the left, the page on the right."""

from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QTextBrowser,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichviewer import paths
from ichviewer.language import chosen_language, tr
from ichviewer.manual import Chapter, read_manual, sections_with
from ichviewer.ui.action import Desk
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.key_help import help_rows
from ichviewer.ui.keys import key_text
from ichviewer.ui.labels import label
from ichviewer.ui.palette import Palette
from ichviewer.ui.theme import colours

#: Stands in a page where all keys and gestures are listed.
ALL_KEYS = "all keys"
_ADDRESS = Qt.ItemDataRole.UserRole
_SIDE_PX = 290
_PICTURE_PX = 690


class ManualWindow(QDialog):
    """Opens at the first chapter; found words are marked."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self.setWindowTitle(tr("Manual"))
        self._desk = desk
        self._folder = paths.manual_folder(chosen_language())
        self.chapters: tuple[Chapter, ...] = ()
        #: Of each chapter its entry in the contents, then those of its sections.
        self._entries: list[list[QTreeWidgetItem]] = []
        #: Where the words of the search stand.
        self.found: list[QTreeWidgetItem] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the manual"))
        self.search.setAccessibleName(tr("Search the manual"))
        self.search.setClearButtonEnabled(True)
        self.contents = QTreeWidget()
        self.contents.setHeaderHidden(True)
        self.contents.setStyleSheet("QTreeView::item { padding: 3px 0; }")
        self.contents.setAccessibleName(tr("Contents"))
        self.nothing = label(tr("No section holds these words."), "dim", wraps=True)
        self.page = _Page(self._folder)
        self._arrange()
        self._read()
        self._list_contents()
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._go_on)
        self.contents.currentItemChanged.connect(self._open_chosen)
        self.page.sourceChanged.connect(self._follow)
        desk.model.choices_changed.connect(self._read)
        self.resize(1080, 760)
        self.contents.setCurrentItem(self._entries[0][0])

    def _arrange(self) -> None:
        side = QWidget()
        side.setFixedWidth(_SIDE_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.nothing)
        column.addWidget(self.contents, 1)
        self.nothing.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 14, 14, 14)
        row.setSpacing(14)
        row.addWidget(side)
        row.addWidget(self.page, 1)

    def _read(self) -> None:
        """Take the pages with the keys and colours that are in use now."""
        self.chapters = read_manual(self._folder, lambda name: said(name, self._desk))
        self.page.show_from({f"{one.name}.html": one.html for one in self.chapters})

    def _list_contents(self) -> None:
        for chapter in self.chapters:
            top = QTreeWidgetItem(self.contents, [chapter.title])
            top.setData(0, _ADDRESS, f"{chapter.name}.html")
            self._entries.append([top])
            for section in chapter.sections[1:]:
                item = QTreeWidgetItem(top, [section.title])
                item.setData(0, _ADDRESS, f"{chapter.name}.html#{section.anchor}")
                self._entries[-1].append(item)

    def _search(self) -> None:
        """Leave the sections in the contents that hold the words, and go to the first."""
        words = self.search.text()
        self.found = []
        for entries, chapter in zip(self._entries, self.chapters, strict=True):
            self.found += _show_matching(entries, chapter, words)
        self.nothing.setVisible(not self.found)
        if self.found and words.strip():
            self.contents.setCurrentItem(self.found[0])
        self._mark_words()

    def _follow(self, source: QUrl) -> None:
        """Show in the contents where a link has led, and mark the words there."""
        self.contents.blockSignals(True)
        for item in chain(*self._entries):
            if item.data(0, _ADDRESS) == source.toString():
                self.contents.setCurrentItem(item)
        self.contents.blockSignals(False)
        self._mark_words()

    def _go_on(self) -> None:
        """Go to the next section that holds the words, at the end back to the first."""
        if self.found:
            now = self.contents.currentItem()
            at = self.found.index(now) + 1 if now in self.found else 0
            self.contents.setCurrentItem(self.found[at % len(self.found)])

    def _open_chosen(self) -> None:
        item = self.contents.currentItem()
        if item is not None:
            self.page.setSource(QUrl(item.data(0, _ADDRESS)))

    def _mark_words(self) -> None:
        """Mark the words on the page, and bring their next place below its top into view."""
        words = " ".join(self.search.text().split())
        marks = _marks(self.page.document(), words) if words else []
        self.page.setExtraSelections(marks)
        top = self.page.cursorForPosition(QPoint(0, 0)).position()
        for mark in marks:
            if mark.cursor.position() >= top:
                place = QTextCursor(mark.cursor)
                place.clearSelection()
                self.page.setTextCursor(place)
                break


class _Page(QTextBrowser):
    """Shows pages that are held in memory; pictures come from the manual's folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._pages: dict[str, str] = {}
        self.setAccessibleName(tr("Page of the manual"))
        self.document().setDocumentMargin(18)

    def show_from(self, pages: dict[str, str]) -> None:
        """Take other pages, and show the open one anew where it stood."""
        self._pages = pages
        self.document().setDefaultStyleSheet(_page_style(colours()))
        at = self.verticalScrollBar().value()
        self.reload()
        self.verticalScrollBar().setValue(at)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802  Qt's name
        """Take a page from memory, and a picture no wider than a page and sharp on this screen."""
        address = QUrl(name).path()
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return self._pages.get(address, "")
        picture = QImage(str(self._folder / address))
        ratio = self.devicePixelRatioF()
        width = round(min(picture.width(), _PICTURE_PX) * ratio)
        scaled = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(ratio)
        return scaled


def said(name: str, desk: Desk) -> str:
    """What a page names in braces, as HTML: an action with its keys, a text, or all keys."""
    if name == ALL_KEYS:
        return "".join(_table(title, rows) for title, rows in help_rows(desk).items())
    action = next((action for action in ACTIONS if action.name == name), None)
    if action is None:
        return f"<b>{escape(tr(name))}</b>"
    keys = key_text(action, desk.model.choices.keys)
    title = f"<b>{escape(action.title_at(desk))}</b>"
    return f"{title} ({escape(keys)})" if keys else title


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><td width="170"><b>{escape(keys)}</b></td><td>{escape(text)}</td></tr>'
        for keys, text in rows
    )
    return f"<h3>{escape(title)}</h3><table cellpadding='3'>{lines}</table>"


def _show_matching(
    entries: list[QTreeWidgetItem], chapter: Chapter, words: str
) -> list[QTreeWidgetItem]:
    """Hide the entries of a chapter whose sections do not hold the words; those that are left."""
    matching = sections_with(chapter.sections, words)
    found = [e for e, one in zip(entries, chapter.sections, strict=True) if one in matching]
    for entry in entries:
        entry.setHidden(entry not in found)
    entries[0].setHidden(not found)
    entries[0].setExpanded(bool(words.strip()))
    return found


def _marks(document: QTextDocument, words: str) -> list[QTextEdit.ExtraSelection]:
    """Every place where the words stand."""
    ink = QTextCharFormat()
    ink.setBackground(QColor(colours().selection))
    ink.setForeground(QColor(colours().selected_text))
    marks, at = [], document.find(words)
    while not at.isNull():
        mark = QTextEdit.ExtraSelection()
        mark.cursor, mark.format = QTextCursor(at), ink
        marks.append(mark)
        at = document.find(words, at)
    return marks


def _page_style(c: Palette) -> str:
    return f"""
h1 {{ color: {c.text}; font-size: 20pt; font-weight: 600; }}
h2 {{ color: {c.text}; font-size: 14pt; font-weight: 600; margin-top: 22px; }}
h3 {{ color: {c.text}; font-size: 11pt; font-weight: 600; margin-top: 16px; }}
p, li, td {{ color: {c.text}; font-size: 11pt; line-height: 135%; }}
.picture {{ margin-top: 10px; margin-bottom: 10px; }}
.limit {{ background-color: {c.note_ground}; }}
.dim {{ color: {c.dim}; font-size: 10pt; }}
code {{ color: {c.accent}; }}
a {{ color: {c.accent}; }}
"""
