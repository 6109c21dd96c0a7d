"""The manual in a window of its own: contents and search on the left, the page on the right."""

from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
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
        #: Where the words of the search stand.
        self.found: list[QTreeWidgetItem] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the manual"))
        self.search.setAccessibleName(tr("Search the manual"))
        self.search.setClearButtonEnabled(True)
        self.contents = QTreeWidget()
        self.contents.setHeaderHidden(True)
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
        self.contents.setCurrentItem(self.contents.topLevelItem(0))

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
            for section in chapter.sections[1:]:
                item = QTreeWidgetItem(top, [section.title])
                item.setData(0, _ADDRESS, f"{chapter.name}.html#{section.anchor}")

    def _search(self) -> None:
        """Leave the sections in the contents that hold the words, and go to the first."""
        words = self.search.text()
        self.found = []
        for at, chapter in enumerate(self.chapters):
            self.found += _show_matching(self.contents.topLevelItem(at), chapter, words)
        self.nothing.setVisible(not self.found)
        if self.found and words.strip():
            self.contents.setCurrentItem(self.found[0])
        self._mark_words()

    def _follow(self, source: QUrl) -> None:
        """Show in the contents where a link has led, and mark the words there."""
        self.contents.blockSignals(True)
        for item in self._items():
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

    def _items(self) -> list[QTreeWidgetItem]:
        """Chapters and sections as they stand in the contents."""
        tops = [self.contents.topLevelItem(n) for n in range(self.contents.topLevelItemCount())]
        return [one for top in tops for one in (top, *map(top.child, range(top.childCount())))]

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
            if mark.cursor.position() >= top:  # type: ignore[attr-defined]
                place = QTextCursor(mark.cursor)  # type: ignore[attr-defined]
                place.clearSelection()
                self.page.setTextCursor(place)
                break


class _Page(QTextBrowser):
    """Shows pages that are held in memory; pictures come from the manual's folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._pages: dict[str, str] = {}
        self.setAccessibleName(tr("Page of the manual"))
        self.setSearchPaths([str(folder)])
        self.document().setDocumentMargin(18)

    def show_from(self, pages: dict[str, str]) -> None:
        """Take other pages, and show the open one anew where it stood."""
        self._pages = pages
        self.document().setDefaultStyleSheet(_page_style(colours()))
        at = self.verticalScrollBar().value()
        self.reload()
        self.verticalScrollBar().setValue(at)

    def loadResource(self, kind: int, name: QUrl) -> Any:  # noqa: N802  Qt's name
        """Take a page from memory."""
        if kind == QTextDocument.ResourceType.HtmlResource.value:
            return self._pages.get(name.path(), "")
        return super().loadResource(kind, name)


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


def _show_matching(top: QTreeWidgetItem, chapter: Chapter, words: str) -> list[QTreeWidgetItem]:
    """Hide what does not hold the words; the items that do."""
    items = [top, *(top.child(at) for at in range(top.childCount()))]
    matching = sections_with(chapter.sections, words)
    found = []
    for item, section in zip(items, chapter.sections, strict=True):
        item.setHidden(section not in matching)
        if section in matching:
            found.append(item)
    top.setHidden(not found)
    top.setExpanded(bool(words.strip()))
    return found


def _marks(document: QTextDocument, words: str) -> list[QTextEdit.ExtraSelection]:
    """Every place where the words stand."""
    ink = QTextCharFormat()
    ink.setBackground(QColor(colours().selection))
    ink.setForeground(QColor(colours().selected_text))
    marks, at = [], document.find(words)
    while not at.isNull():
        mark = QTextEdit.ExtraSelection()
        mark.cursor, mark.format = QTextCursor(at), ink  # type: ignore[attr-defined]
        marks.append(mark)
        at = document.find(words, at)
    return marks


def _page_style(c: Palette) -> str:
    return f"""
h1 {{ color: {c.text}; font-size: 20pt; font-weight: 600; }}
h2 {{ color: {c.text}; font-size: 14pt; font-weight: 600; margin-top: 22px; }}
h3 {{ color: {c.text}; font-size: 11pt; font-weight: 600; margin-top: 16px; }}
p, li, td {{ color: {c.text}; font-size: 11pt; line-height: 135%; }}
.limit {{ background-color: {c.note_ground}; }}
.dim {{ color: {c.dim}; font-size: 10pt; }}
code {{ color: {c.accent}; }}
a {{ color: {c.accent}; }}
"""
