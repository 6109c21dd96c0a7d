"""Measurements as something to read and to keep: lines, CSV and JSON, always with their units."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ichviewer import __version__
from ichviewer.errors import MeasurementError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.measure import Measured, Quantity, Segmented, cut_of_handle, measure
from ichviewer.imaging.measurement import (
    Kind,
    Measurement,
    from_plain,
    to_plain,
)
from ichviewer.imaging.volume import Volume
from ichviewer.language import figure, tr, tr_later
from ichviewer.report.table import table

DISCLAIMER = tr_later("Not for primary diagnosis")
_FORMAT, _VERSION = "ichviewer measurements", 1
_CSV_HEAD = ("name", "kind", "where", "quantity", "value", "unit", "side", "remarks")
#: A spreadsheet takes texts that begin so for formulas.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, eq=False)
class Entry:
    """One measurement with what it comes to, and where it is in words."""

    measurement: Measurement
    measured: Measured
    where: str


def entry_of(measurement: Measurement, volume: Volume, segmented: Segmented | None = None) -> Entry:
    """Measure, and say where."""
    measured = measure(measurement, volume, segmented)
    return Entry(measurement, measured, where_text(measurement, volume.grid))


def is_on(measurement: Measurement, series_key: str, series_uid: str) -> bool:
    """Whether it was drawn on this series.

    By the key, which stands for these very images; without one, by SeriesInstanceUID.
    """
    if measurement.series_key:
        return measurement.series_key == series_key
    return bool(series_uid) and measurement.series_uid == series_uid


def number_text(quantity: Quantity) -> str:
    """A value with as many digits as can be meant, without its unit; a dash where unknown."""
    value = quantity.value
    if math.isnan(value):
        return "–"
    if quantity.name == "voxels":
        return figure(value, ",.0f")
    digits = 2 if quantity.unit == "mL" and abs(value) < 1 else 1
    if quantity.name in ("min", "max") and value == round(value):
        digits = 0
    text = figure(value, f".{digits}f").replace("-", "−")
    return text if quantity.name != "difference" or value < 0 else f"+{text}"


def quantity_text(quantity: Quantity) -> str:
    """`12.3 mm`, `34.5°`."""
    space = "" if quantity.unit in ("", "°") else "\N{NO-BREAK SPACE}"
    return f"{number_text(quantity)}{space}{quantity.unit}"


def short_lines(kind: Kind, measured: Measured) -> tuple[str, ...]:
    """What stands beside a measurement on the image: one line, more for regions and ABC/2."""
    by_name = {quantity.name: quantity for quantity in measured.quantities}
    if not by_name:
        return ("–",)
    first = quantity_text(measured.quantities[0])
    if kind.is_region:
        spread = number_text(by_name["SD"])
        unit = by_name["mean"].unit
        lines = [f"{number_text(by_name['mean'])} ± {spread} {unit}".rstrip()]
        if "area" in by_name:
            lines.append(quantity_text(by_name["area"]))
        return tuple(lines)
    if kind is Kind.ABC2:
        lines = [f"ABC/2 {first}"]
        if "segmented" in by_name:
            difference = quantity_text(by_name["difference"])
            segmented = quantity_text(by_name["segmented"])
            lines.append(
                tr("AI {segmented} ({difference})", segmented=segmented, difference=difference)
            )
            lines.append(tr("AI result, not for primary diagnosis"))
        return tuple(lines)
    if measured.side:
        return (tr("{value} to the {side}", value=first, side=tr(measured.side)),)
    return (first,)


def full_text(measured: Measured) -> str:
    """All values in one line; the side stands with the value that counts."""
    values = [f"{tr(q.name)} {quantity_text(q)}" for q in measured.quantities]
    if values and measured.side:
        values[0] = tr("{value} to the {side}", value=values[0], side=tr(measured.side))
    return ", ".join(values)


def where_text(measurement: Measurement, grid: Grid) -> str:
    """The cuts that hold it, counted from 1 as on the images: `axial 12`, `axial 9–14`."""
    by_word: dict[str, list[int]] = {}
    for index in range(len(measurement.handles)):
        cut = cut_of_handle(measurement, index, grid)
        known = grid.geometry is not GeometryClass.NO_GEOMETRY
        word = tr(cut.plane.orientation) if known else tr("image")
        by_word.setdefault(word, []).append(cut.index + 1)
    spans = (
        f"{word} {min(held)}" if min(held) == max(held) else f"{word} {min(held)}–{max(held)}"
        for word, held in by_word.items()
    )
    return ", ".join(spans)


def default_name(kind: Kind, taken: Iterable[str]) -> str:
    """`Length 3`: the kind with the first number that is free."""
    said = {Kind.ABC2: "ABC/2", Kind.COBB: tr("Cobb angle")}.get(kind, tr(kind))
    word = said[:1].upper() + said[1:]
    names = set(taken)
    number = next(n for n in range(1, len(names) + 2) if f"{word} {n}" not in names)
    return f"{word} {number}"


def measurements_text(entries: Sequence[Entry]) -> str:
    """A table for a terminal."""
    head = (tr_later("name"), tr_later("where"), tr_later("values"), tr_later("remarks"))
    lines = [
        (
            entry.measurement.name,
            entry.where,
            full_text(entry.measured) or "–",
            " ".join(entry.measured.notes),
        )
        for entry in entries
    ]
    return table(head, lines)


def to_csv(entries: Sequence[Entry]) -> str:
    """One line per value; unknown values are empty, numbers have a decimal point."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV_HEAD)
    for entry in entries:
        measurement, measured = entry.measurement, entry.measured
        remarks = " ".join((*measured.notes, f"{tr(DISCLAIMER)}."))
        start = (_cell(measurement.name), str(measurement.kind), entry.where)
        for quantity in measured.quantities or (Quantity("", math.nan, ""),):
            value = "" if math.isnan(quantity.value) else f"{quantity.value:.6g}"
            writer.writerow(
                (*start, quantity.name, value, quantity.unit, measured.side, _cell(remarks))
            )
    return text.getvalue()


def describe(entries: Sequence[Entry]) -> dict[str, Any]:
    """Plain values for JSON: the measurements as drawn, and what they come to."""
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "program": f"ichviewer {__version__}",
        "disclaimer": DISCLAIMER,
        "measurements": [_plain(entry) for entry in entries],
    }


def to_json(entries: Sequence[Entry]) -> str:
    """The text of a file that `from_json` reads back."""
    return json.dumps(describe(entries), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def from_json(text: str, source: str) -> tuple[Measurement, ...]:
    """The measurements of a saved file; what they came to is left aside.

    Parameters
    ----------
    text
        The file's content.
    source
        The file's name, for the sentence that says what is wrong with it.

    Raises
    ------
    MeasurementError
        The text is no such file.
    """
    try:
        document = json.loads(text)
        held = document["measurements"] if document["format"] == _FORMAT else None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MeasurementError(
            tr("{source} holds no measurements of ichviewer.", source=source)
        ) from error
    if not isinstance(held, list):
        raise MeasurementError(tr("{source} holds no measurements of ichviewer.", source=source))
    if document.get("version") != _VERSION:
        raise MeasurementError(
            tr("{source} was written by a newer version of ichviewer.", source=source)
        )
    try:
        return tuple(from_plain(entry) for entry in held)
    except MeasurementError as error:
        raise MeasurementError(f"{source}: {error}") from error


def _plain(entry: Entry) -> dict[str, Any]:
    measured = entry.measured
    return {
        **to_plain(entry.measurement),
        "where": entry.where,
        "values": [
            {"name": q.name, "value": _number(q.value), "unit": q.unit} for q in measured.quantities
        ],
        "side": measured.side,
        "remarks": list(measured.notes),
        "histogram": _histogram(measured),
    }


def _histogram(measured: Measured) -> dict[str, Any] | None:
    found = measured.statistics.histogram if measured.statistics else None
    if found is None:
        return None
    return {"first": found.first, "width": found.width, "counts": found.counts.tolist()}


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
