"""The manual in its window: contents, links, search, and the keys that are in use."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from ichviewer.manual import CHAPTERS
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.keys import key_text
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.manual_window import ManualWindow
from tests.ui.test_accessible import nameless


@pytest.fixture
def manual(window: MainWindow) -> ManualWindow:
    next(action for action in ACTIONS if "F1" in action.keys).run(window)
    found = window.findChild(ManualWindow)
    assert found is not None
    return found


def marked(manual: ManualWindow) -> list[str]:
    return [mark.cursor.selectedText() for mark in manual.page.extraSelections()]


def test_it_opens_once_at_the_first_chapter(manual: ManualWindow, window: MainWindow) -> None:
    assert manual.contents.topLevelItemCount() == len(CHAPTERS)
    assert manual.page.source().toString() == "opening.html"
    assert "Opening studies" in manual.page.toPlainText()
    window.show_manual()
    assert len(window.findChildren(ManualWindow)) == 1
    assert nameless(manual) == []


def test_every_page_shows_and_no_brace_is_left(manual: ManualWindow) -> None:
    for chapter in manual.chapters:
        manual.page.setSource(QUrl(f"{chapter.name}.html"))
        text = manual.page.toPlainText()
        assert chapter.title in text
        assert "{" not in text
        current = manual.contents.currentItem()
        assert current is not None
        assert current.text(0) == chapter.title, "the contents follow"


def test_pictures_are_shown_no_wider_than_the_page(manual: ManualWindow) -> None:
    manual.show()
    manual.page.setSource(QUrl("opening.html"))
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = manual.page.loadResource(kind, QUrl("pictures/window.jpg"))
    assert 600 < picture.deviceIndependentSize().width() < manual.page.viewport().width()
    assert manual.page.horizontalScrollBar().maximum() == 0


def test_a_link_leads_to_its_page(manual: ManualWindow) -> None:
    manual.page.setSource(QUrl("measuring.html#limits"))
    manual.page.setSource(QUrl("report.html"))
    assert "Report and export" in manual.page.toPlainText()
    manual.page.backward()
    assert manual.page.source().toString() == "measuring.html#limits"


def test_the_search_leaves_what_holds_the_words(manual: ManualWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(manual.search, "crash or")
    assert [item.text(0) for item in manual.found] == ["After a crash or a power cut"]
    tops = [manual.contents.topLevelItem(at) for at in range(len(CHAPTERS))]
    shown = [top.text(0) for top in tops if not top.isHidden()]
    assert shown == ["Your reading and its journal"]
    assert manual.page.source().toString() == "journal.html#resume"
    assert marked(manual) == ["crash or"]
    manual.search.setText("no such words")
    assert manual.found == []
    assert manual.nothing.isVisible()
    manual.search.clear()
    assert not any(top.isHidden() for top in tops)
    assert marked(manual) == []


def test_enter_goes_on_to_the_next_place(manual: ManualWindow, qtbot: QtBot) -> None:
    manual.search.setText("midline shift")
    first = manual.page.source()
    seen = {first.toString()}
    for _ in manual.found:
        qtbot.keyClick(manual.search, Qt.Key.Key_Return)
        seen.add(manual.page.source().toString())
    assert len(seen) == len(manual.found) > 1
    assert manual.page.source() == first, "round to the first"


def test_all_keys_are_listed_as_the_reader_has_them(
    manual: ManualWindow, window: MainWindow
) -> None:
    manual.page.setSource(QUrl("keys.html"))
    text = manual.page.toPlainText()
    for action in ACTIONS:
        assert " ".join(action.title_at(window).split()) in text
        assert key_text(action, {}) in text
    own = {"Image: Invert": ("F8",)}
    window.model.choices = replace(window.model.choices, keys=own, theme="light")
    text = manual.page.toPlainText()
    assert "F8" in text, "an open manual follows"
    manual.page.setSource(QUrl("reading.html"))
    assert "Invert (F8)" in manual.page.toPlainText()
