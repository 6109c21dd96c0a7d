"""The table of images to evaluate: a CSV file, one row for each image.

A row that makes no sense is left out with one sentence; the others stand.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.errors import IchViewerError, TableError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.language import tr

_PICTURE_COLUMNS = ("hu_low", "hu_high", "spacing_mm")
COLUMNS = ("image", "mask", *_PICTURE_COLUMNS, *PROBABILITY_COLUMNS, "group", "source")
_LABELS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "": None}
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Row:
    """One image to read.

    Parameters
    ----------
    number
        Its row in a spreadsheet: the line of column names is row 1.
    name
        The image as the table names it.
    image, mask
        Files or folders; `mask` is None where there is none.
    scale, spacing_mm
        What a picture does not say itself: HU of black and white, distance of rows and columns.
    labels
        By `PROBABILITY_COLUMNS`: 1 present, 0 absent, None where the table does not say.
    group
        The patient; rows of one group are drawn together when intervals are estimated.
    source
        Where the image comes from, for numbers by source; may be empty.
    """

    number: int
    name: str
    image: Path
    mask: Path | None = None
    scale: GreyScale | None = None
    spacing_mm: tuple[float, float] | None = None
    labels: tuple[int | None, ...] = (None,) * len(PROBABILITY_COLUMNS)
    group: str = ""
    source: str = ""

    @property
    def title(self) -> str:
        """What sentences call it."""
        return tr("Row {number} ({name})", number=self.number, name=self.name)


@dataclass(frozen=True)
class Problem:
    """A row that was left out, and the sentence that says why."""

    row: int
    sentence: str


@dataclass(frozen=True)
class Table:
    """The rows that make sense, those that do not, and what else a reader must know."""

    file: Path
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_table(file: Path) -> Table:
    """Read a table; commas, semicolons and tabs part columns.

    Raises
    ------
    TableError
        The file is no such table at all.
    """
    lines = list(csv.reader(_text(file).splitlines(), delimiter=_delimiter(file)))
    names = [name.strip().lower() for name in lines[0]] if lines else []
    if "image" not in names:
        raise TableError(
            tr(
                "{file} has no column named image; its first row must hold column names.",
                file=file.name,
            )
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise TableError(
            tr(
                "{file} has more than one column named {names}.",
                file=file.name,
                names=" and ".join(twice),
            )
        )
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        entry = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        try:
            rows.append(_row(number, entry, file.parent, surplus=len(cells) > len(names)))
        except IchViewerError as error:
            name = entry.get("image") or tr("no image")
            problems.append(
                Problem(
                    number,
                    tr("Row {number} ({name}): {error}", number=number, name=name, error=error),
                )
            )
    if not rows and not problems:
        raise TableError(tr("{file} has no row below its column names.", file=file.name))
    return Table(file, tuple(rows), tuple(problems), tuple(_notes(names)))


def _text(file: Path) -> str:
    if not file.is_file():
        raise TableError(tr("{file} does not exist or is no file.", file=file))
    if file.stat().st_size > _MOST_BYTES:
        raise TableError(tr("{file} is too large to be a table of images.", file=file.name))
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            tr("{file} is not UTF-8 text; save it as CSV UTF-8.", file=file.name)
        ) from error


def _delimiter(file: Path) -> str:
    first = _text(file).partition("\n")[0]
    return max(",;\t", key=first.count)


def _notes(names: list[str]) -> Iterator[str]:
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        yield tr("Columns that mean nothing here were not read: {names}.", names=", ".join(unknown))
    if "group" not in names:
        yield tr("The table has no column group: every row counts as a patient of its own.")


def _row(number: int, entry: Mapping[str, str], folder: Path, *, surplus: bool) -> Row:
    if surplus:
        raise TableError(tr("it has more cells than there are columns."))
    name = entry.get("image", "")
    if not name:
        raise TableError(tr("it names no image."))
    image = folder / name
    if not image.exists():
        raise TableError(tr("the image does not exist."))
    mask = folder / entry["mask"] if entry.get("mask") else None
    if mask is not None and not mask.is_file():
        raise TableError(tr("the mask {mask} does not exist or is no file.", mask=entry["mask"]))
    scale = spacing_mm = None
    if is_picture(image):
        missing = [column for column in _PICTURE_COLUMNS if not entry.get(column)]
        if missing:
            raise TableError(tr("a PNG picture needs {names}.", names=" and ".join(missing)))
        scale = GreyScale(_number(entry, "hu_low"), _number(entry, "hu_high"))
        spacing_mm = _spacing(entry["spacing_mm"])
    return Row(
        number=number,
        name=name,
        image=image,
        mask=mask,
        scale=scale,
        spacing_mm=spacing_mm,
        labels=_labels(entry),
        group=entry.get("group") or f"row {number}",
        source=entry.get("source", ""),
    )


def is_picture(path: Path) -> bool:
    """Whether a file is called like a PNG picture."""
    return path.name.lower().endswith(".png")


def _labels(entry: Mapping[str, str]) -> tuple[int | None, ...]:
    labels: list[int | None] = []
    for column in PROBABILITY_COLUMNS:
        text = entry.get(column, "")
        if text not in _LABELS:
            raise TableError(
                tr("{column} is {value!r}; it must be 0, 1 or empty.", column=column, value=text)
            )
        labels.append(_LABELS[text])
    types = labels[1:]
    if labels[0] == 0 and 1 in types:
        named = PROBABILITY_COLUMNS[1 + types.index(1)]
        raise TableError(tr("any is 0 but {named} is 1.", named=named))
    if labels[0] == 0:
        return (0,) * len(labels)
    if labels[0] is None and 1 in types:
        labels[0] = 1
    elif labels[0] is None and None not in types:
        labels[0] = 0
    return tuple(labels)


def _number(entry: Mapping[str, str], column: str) -> float:
    try:
        return float(entry[column])
    except ValueError as error:
        raise TableError(
            tr("{column} is {value!r}, which is no number.", column=column, value=entry[column])
        ) from error


def _spacing(text: str) -> tuple[float, float]:
    """Rows and columns; one number stands for both."""
    parts = text.lower().replace("x", " ").replace("×", " ").split()
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise TableError(
            tr(
                "spacing_mm is {value!r}; it must be one number, or two for rows and columns.",
                value=text,
            )
        )
    return numbers[0], numbers[-1]
