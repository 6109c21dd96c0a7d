"""The manual is whole in both languages: chapters, links, pictures, and names that exist."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from ichviewer import paths
from ichviewer.manual import CHAPTERS, Chapter, Section, names_in, read_manual, sections_of
from ichviewer.manual import sections_with as find
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.manual_window import ALL_KEYS

LANGUAGES = ("en", "de")
LINK = re.compile(r'(?:href|src)="([^"]*)"')
ROOT = Path(__file__).parents[1]


def chapters(language: str) -> tuple[Chapter, ...]:
    """The pages as they are written, names in braces included."""
    return read_manual(paths.manual_folder(language), lambda name: f"{{{name}}}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_has_a_page_and_every_page_is_a_chapter(language: str) -> None:
    folder = paths.resources_folder() / "manual" / language
    assert {file.stem for file in folder.glob("*.html")} == set(CHAPTERS)
    assert all(chapter.title and chapter.sections[1:] for chapter in chapters(language))


def test_both_languages_have_the_same_sections_links_and_names() -> None:
    for english, german in zip(*map(chapters, LANGUAGES), strict=True):
        assert [s.anchor for s in english.sections] == [s.anchor for s in german.sections]
        assert LINK.findall(english.html) == LINK.findall(german.html), english.name
        assert sorted(names_in(english.html)) == sorted(names_in(german.html)), english.name
        assert english.title != german.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_and_picture_resolves(language: str) -> None:
    pages = {f"{chapter.name}.html": chapter for chapter in chapters(language)}
    shown = set()
    for name, chapter in pages.items():
        for target in LINK.findall(chapter.html):
            page, _, anchor = target.partition("#")
            if page.endswith(".html") or not page:
                anchors = {section.anchor for section in pages[page or name].sections}
                assert anchor in anchors, target
            else:
                picture = paths.manual_folder(language) / page
                assert not QImage(str(picture)).isNull(), target
                shown.add(picture)
    assert shown == set((paths.manual_folder(language) / "pictures").iterdir())


def test_pictures_stay_small() -> None:
    sizes = [file.stat().st_size for file in (paths.resources_folder() / "manual").rglob("*.jpg")]
    assert max(sizes) < 200_000
    assert sum(sizes) < 3_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_named_is_in_the_program(language: str) -> None:
    sources = [file.read_text() for file in (ROOT / "ichviewer" / "ui").glob("*.py")]
    actions = {action.name for action in ACTIONS}
    for chapter in chapters(language):
        for name in set(names_in(chapter.html)) - actions - {ALL_KEYS}:
            assert ": " not in name, f"{name} is no action"
            assert any(f'"{name}"' in source for source in sources), f"{name} is no text"


def test_no_key_is_typed_where_the_table_knows_it() -> None:
    keys = {f"({key})" for action in ACTIONS for key in action.keys if len(key) > 1}
    for language in LANGUAGES:
        for chapter in chapters(language):
            assert not [key for key in keys if key in chapter.html], chapter.name


def test_a_language_without_a_manual_gets_the_english_one() -> None:
    assert paths.manual_folder("xx") == paths.manual_folder("en")


def test_sections_are_read_with_their_text() -> None:
    page = '<h1>Head</h1><p>one\n <b>two</b></p><h2 id="a">Neck &amp; spine</h2><p>three</p>'
    sections = sections_of(page)
    assert sections == (Section("", "Head", "one two"), Section("a", "Neck & spine", "three"))
    assert find(sections, "ONE  two") == sections[:1]
    assert find(sections, "spine") == sections[1:]
    assert find(sections, "two three") == ()
    assert find(sections, " ") == sections
