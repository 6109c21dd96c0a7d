"""Measurements in words and files: units on everything, and back from the file unchanged."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ichviewer.errors import MeasurementError
from ichviewer.imaging.measure import Segmented, measure
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.report import measurements
from tests.imaging.series import SCANS, volume_of

SCAN = SCANS["straight"]
VOLUME = volume_of(SCAN)
GRID = VOLUME.grid


def drawn(kind: Kind, *places: tuple[int, int, int], axis: Axis = Axis.K) -> Measurement:
    handles = (Handle(tuple(SCAN.lps_mm(*kji).tolist()), axis) for kji in places)
    return Measurement("u1", kind, tuple(handles), "key", "1.2.3", f"{kind} 1")


LENGTH = drawn(Kind.LENGTH, (5, 10, 20), (5, 50, 20))
OBLIQUE = drawn(Kind.LENGTH, (5, 10, 20), (8, 50, 20))
BOX = drawn(Kind.RECTANGLE, (5, 10, 10), (5, 20, 30))
SHIFT = drawn(Kind.MIDLINE, (6, 5, 28), (6, 60, 28), (6, 30, 38))
ABC2 = drawn(
    Kind.ABC2, (3, 10, 20), (3, 50, 20), (3, 30, 10), (3, 30, 40), (2, 30, 20), (5, 30, 20)
)


def rows(*drawings: Measurement) -> list[measurements.Entry]:
    return [measurements.entry_of(one, VOLUME) for one in drawings]


def test_short_lines_have_units_and_sides() -> None:
    def said(one: Measurement, segmented: Segmented | None = None) -> tuple[str, ...]:
        lines = measurements.short_lines(one.kind, measure(one, VOLUME, segmented))
        return tuple(line.replace("\N{NO-BREAK SPACE}", " ") for line in lines)

    assert said(LENGTH) == ("18.0 mm",)
    assert said(SHIFT) == ("6.0 mm to the left",)
    values = VOLUME.hu[5, 10:21, 10:31]
    expected = f"{values.mean():.1f} ± {values.std():.1f} HU".replace("-", "−")
    assert said(BOX) == (expected, "54.0 mm²")
    assert said(ABC2) == ("ABC/2 3.2 mL",)
    compared = said(ABC2, Segmented("subdural hemorrhage", 4.0))
    assert compared[:2] == ("ABC/2 3.2 mL", "AI 4.0 mL (−0.76 mL)")
    assert compared[2] == "AI result, not for primary diagnosis"


def test_all_values_in_one_line() -> None:
    text = measurements.full_text(measure(SHIFT, VOLUME)).replace("\N{NO-BREAK SPACE}", " ")
    assert text == "shift 6.0 mm to the left, midline 24.8 mm"


def test_where_it_is_is_counted_as_on_the_images() -> None:
    assert measurements.where_text(LENGTH, GRID) == "axial 6"
    assert measurements.where_text(OBLIQUE, GRID) == "axial 6–9"
    coronal = drawn(Kind.LENGTH, (5, 10, 20), (8, 10, 20), axis=Axis.J)
    assert measurements.where_text(coronal, GRID) == "coronal 11"


def test_names_take_the_first_free_number() -> None:
    assert measurements.default_name(Kind.LENGTH, []) == "Length 1"
    assert measurements.default_name(Kind.ABC2, ["ABC/2 1", "ABC/2 3"]) == "ABC/2 2"


def test_there_and_back_through_a_file() -> None:
    drawings = (LENGTH, OBLIQUE, BOX, SHIFT, ABC2)
    text = measurements.to_json(rows(*drawings))
    assert measurements.from_json(text, "file") == drawings
    document = json.loads(text)
    assert document["disclaimer"] == "Not for primary diagnosis"
    held = document["measurements"][2]
    by_name = {value["name"]: (value["value"], value["unit"]) for value in held["values"]}
    assert by_name["voxels"] == (231, "")
    assert by_name["area"] == (pytest.approx(54.0), "mm²")
    assert sum(held["histogram"]["counts"]) == 231


def test_unknown_values_are_null_in_json_and_empty_in_csv() -> None:
    angle = drawn(Kind.ANGLE, (5, 10, 10), (5, 10, 10), (5, 20, 20))
    held = json.loads(measurements.to_json(rows(angle)))["measurements"][0]
    assert held["values"] == [{"name": "angle", "value": None, "unit": "°"}]
    (line,) = csv.DictReader(io.StringIO(measurements.to_csv(rows(angle))))
    assert (line["quantity"], line["value"], line["unit"]) == ("angle", "", "°")


def test_csv_has_a_line_per_value_and_runs_no_formula() -> None:
    named = replace(LENGTH, name='=HYPERLINK("x")')
    lines = list(csv.DictReader(io.StringIO(measurements.to_csv(rows(named, SHIFT)))))
    assert [line["quantity"] for line in lines] == ["length", "shift", "midline"]
    assert float(lines[0]["value"]) == pytest.approx(18.0)
    assert lines[0]["name"] == '\'=HYPERLINK("x")'
    assert lines[1]["side"] == "left"
    assert all("Not for primary diagnosis" in line["remarks"] for line in lines)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"format": "other", "measurements": []}', "[" * 100_000],
)
def test_other_files_are_refused_by_name(text: str) -> None:
    with pytest.raises(MeasurementError, match="case\\.json holds no measurements"):
        measurements.from_json(text, "case.json")


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"version": 2}, "case.json was written by a newer version"),
        ({"measurements": [{"kind": "volume"}]}, "case.json: There is no kind of measurement"),
    ],
)
def test_a_wrong_part_is_named(changes: dict[str, Any], said: str) -> None:
    document = json.loads(measurements.to_json(rows(LENGTH))) | changes
    with pytest.raises(MeasurementError, match=said):
        measurements.from_json(json.dumps(document), "case.json")


def test_the_terminal_shows_values_and_remarks() -> None:
    text = measurements.measurements_text(rows(LENGTH, ABC2))
    assert "length 18.0" in text
    assert "ABC/2 3.2" in text
    assert np.all([name in text for name in ("axial 6", "axial 3–6")])
