"""The page's sections on single images: what went worst, and a table of all."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ichviewer.evaluation import figures
from ichviewer.evaluation.markup import bullets, figure, heading, number
from ichviewer.evaluation.pictures import Picture
from ichviewer.language import tr, tr_later

_ROW_HEAD = (
    tr_later("row"),
    tr_later("image"),
    tr_later("gate"),
    tr_later("any"),
    tr_later("true"),
    tr_later("said"),
    tr_later("true blood"),
    tr_later("marked"),
    "Dice",
    tr_later("what to know"),
)


def worst_images(pictures: Sequence[Picture]) -> Iterator[str]:
    """HTML of the images that went worst; nothing where there are none."""
    if not pictures:
        return
    shown = tr(
        "Slice through the brain window; then the true blood, where a mask says it; then what "
        "the models marked. The patient's right is on the left."
    )
    yield heading(2, tr("What went worst"))
    yield f"<p>{escape(shown)}</p><p class='key'>"
    for name, colour in figures.COLOURS.items():
        if name != "any":
            yield f"<span><i style='background:{colour}'></i>{escape(tr(name))}</span>"
    yield "</p><div class='pictures'>"
    kind = ""
    for picture in pictures:
        if picture.kind != kind:
            kind = picture.kind
            yield heading(3, tr(kind))
        data = b64encode(picture.png).decode("ascii")
        image = f"<img alt='{escape(picture.caption)}' src='data:image/png;base64,{data}'>"
        yield figure(image, picture.caption)
    yield "</div>"


def every_image(described: Mapping[str, Any]) -> Iterator[str]:
    """HTML of the rows left out, and a table of all the others."""
    if described["problems"]:
        yield heading(2, tr("Rows left out"))
        yield bullets([problem["sentence"] for problem in described["problems"]])
    yield heading(2, tr("Every image"))
    yield f"<details><summary>{escape(tr('Show the table'))}</summary>"
    head = "".join(f"<th>{escape(tr(name))}</th>" for name in _ROW_HEAD)
    yield f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>"
    for row in described["rows"]:
        label = row["labels"]["any"]
        cells = (
            str(row["row"]),
            row["image"],
            tr(row["gate"]["answer"]),
            number(row["probability"]["any"]),
            "–" if label is None else f"{label:.0f}",
            tr(row["said"]["any"]),
            f"{number(row['true_amount'], 1)} {row['unit']}",
            f"{number(row['marked_amount'], 1)} {row['unit']}",
            number(row["any_dice"]),
        )
        notes = " ".join([*row["gate"]["reasons"], *row["notes"]])
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f"<td class='text'>{escape(notes)}</td></tr>"
    yield "</tbody></table></div></details>"
