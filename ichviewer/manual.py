"""The manual: its chapters as HTML files, their sections, and where words stand in them.

A page names what the program knows in braces: an action as `{File: Quit}`, another text of the
window by its words. Whoever shows the page says it, so that keys and names are typed nowhere twice.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

#: In reading order; each is a file of that name in the folder of every language.
CHAPTERS = (
    "opening",
    "reading",
    "keys",
    "measuring",
    "findings",
    "similar",
    "prior",
    "journal",
    "report",
    "settings",
    "command_line",
    "privacy",
)
_NAMED = re.compile(r"\{([^{}]+)\}")
_HEADINGS = ("h1", "h2")


@dataclass(frozen=True)
class Section:
    """What stands below one heading; `anchor` is empty for the beginning of a chapter."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """One page; its first section is the chapter's own heading."""

    name: str
    html: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The chapter's heading."""
        return self.sections[0].title


def read_manual(folder: Path, said: Callable[[str], str]) -> tuple[Chapter, ...]:
    """All chapters in one language.

    Parameters
    ----------
    folder
        Holds the pages of that language.
    said
        Turns a name in braces into HTML.
    """
    chapters = []
    for name in CHAPTERS:
        page = (folder / f"{name}.html").read_text(encoding="utf-8")
        html = _NAMED.sub(lambda found: said(found[1]), page)
        chapters.append(Chapter(name, html, sections_of(html)))
    return tuple(chapters)


def names_in(html: str) -> tuple[str, ...]:
    """What a page names in braces."""
    return tuple(_NAMED.findall(html))


def sections_of(html: str) -> tuple[Section, ...]:
    """The sections of a page in their order."""
    reader = _SectionReader()
    reader.feed(html)
    reader.close()
    return tuple(
        Section(anchor, _plain(title), _plain(text)) for anchor, title, text in reader.found
    )


def sections_with(sections: Iterable[Section], words: str) -> tuple[Section, ...]:
    """The sections in which the words stand one after the other, in title or text."""
    wanted = _plain(words).casefold()
    return tuple(one for one in sections if wanted in f"{one.title}\n{one.text}".casefold())


class _SectionReader(HTMLParser):
    """Gathers anchor, title and text from one heading to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._is_in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HEADINGS:
            self.found.append([dict(attrs).get("id") or "", "", ""])
            self._is_in_heading = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._is_in_heading = False

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][1 if self._is_in_heading else 2] += f"{data} "


def _plain(text: str) -> str:
    return " ".join(text.split())
