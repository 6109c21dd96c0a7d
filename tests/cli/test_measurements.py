"""`ichviewer-cli measure`: saved measurements measured again, without a window."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ichviewer import cli, workflow
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.report import measurements
from tests.dicom import make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make.series(tmp_path / "study", count=6)
    return tmp_path / "study"


def saved(folder: Path, file: Path, **changes: Any) -> Path:
    """A length and a box at known voxels, as the window would save them."""
    series = workflow.best_series(workflow.open_folder(folder))
    volume = workflow.open_series(series)
    corners = volume.grid.lps_mm(np.array([[2.0, 3, 4], [2.0, 13, 20]]))
    ends = tuple(Handle((x, y, z)) for x, y, z in corners.tolist())
    whose = {"series_key": series.key, "series_uid": series.series_uid} | changes
    drawn = [
        Measurement(str(kind), kind, ends, name=f"{kind} 1", **whose)
        for kind in (Kind.LENGTH, Kind.RECTANGLE)
    ]
    entries = [measurements.entry_of(one, volume) for one in drawn]
    file.write_text(measurements.to_json(entries), encoding="utf-8")
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def test_saved_measurements_come_to_what_the_files_hold(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = saved(folder, tmp_path / "saved.json"), tmp_path / "out.json"
    code, text, _ = run(capsys, "measure", folder, "--in", file, "--json", out)
    assert code == cli.OK
    assert "length 1" in text
    assert "Not for primary diagnosis" in text
    length, box = json.loads(out.read_text())["measurements"]
    # PixelSpacing of the series is 0.5 (rows) by 0.75 mm (columns).
    expected_mm = np.hypot(10 * 0.5, 16 * 0.75)
    assert length["values"][0]["value"] == pytest.approx(expected_mm, rel=1e-3)
    inside = make.hu_of(2)[3:14, 4:21]
    values = {value["name"]: value["value"] for value in box["values"]}
    assert values["voxels"] == inside.size
    assert values["mean"] == pytest.approx(inside.mean(), abs=1e-3)
    assert values["SD"] == pytest.approx(inside.std(), abs=1e-3)
    assert (values["min"], values["max"]) == (inside.min(), inside.max())
    assert values["area"] == pytest.approx(5.0 * 12.0, rel=1e-3)
    assert measurements.from_json(out.read_text(), "out") == measurements.from_json(
        file.read_text(), "saved"
    )


def test_measurements_of_another_series_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(folder, tmp_path / "saved.json", series_key="0" * 32)
    code, _, trouble = run(capsys, "measure", folder, "--in", file)
    assert code == cli.TROUBLE
    assert f"length 1: {folder} does not hold the series it was drawn on." in trouble


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe\x00", None])
def test_a_file_that_is_none_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    file = tmp_path / "saved.json"
    if content is not None:
        file.write_bytes(content)
    code, _, trouble = run(capsys, "measure", folder, "--in", file)
    assert code == cli.TROUBLE
    assert "saved.json" in trouble
    assert len(trouble.splitlines()) == 1
