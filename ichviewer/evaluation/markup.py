"""Pieces of the page: HTML of tables, figures, lists and numbers, every text escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ichviewer import language
from ichviewer.language import tr


def tile(name: str, value: str, below: str) -> str:
    """A number worth a glance, with its name above and a word below."""
    return (
        f"<div class='tile'>{escape(name)}<b>{escape(value)}</b><span>{escape(below)}</span></div>"
    )


def heading(level: int, text: str) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def figure(content: str, caption: str) -> str:
    """SVG or an image with its caption."""
    return f"<figure>{content}<figcaption>{escape(caption)}</figcaption></figure>"


def bullets(sentences: Sequence[str]) -> str:
    """Sentences as a list."""
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls by itself where it is too wide; the heads are translated."""
    names = "".join(f"<th>{escape(tr(name))}</th>" for name in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<div class='wide'><table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>"
        "</div>"
    )


def amount_range(one: Mapping[str, Any]) -> str:
    """A bin of amounts, from its `above`, `up_to` and `unit`."""
    if one["up_to"] is None:
        return tr("above {low:g} {unit}", low=one["above"], unit=one["unit"])
    return tr("{low:g} to {high:g} {unit}", low=one["above"], high=one["up_to"], unit=one["unit"])


def precision_recall_f1(side: Mapping[str, float | None]) -> str:
    """The three of one class."""
    return " / ".join(number(side[part]) for part in ("precision", "recall", "f1"))


def with_interval(value: float | None, ends: Sequence[float] | None, digits: int = 2) -> str:
    """A number, and its interval in brackets where there is one."""
    inside = interval(ends, digits)
    return f"{number(value, digits)} ({inside})" if inside else number(value, digits)


def interval(ends: Sequence[float] | None, digits: int = 2) -> str:
    """The two ends of an interval; empty where there is none."""
    return "–".join(number(value, digits) for value in ends) if ends else ""


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else language.figure(value, f".{digits}f")
