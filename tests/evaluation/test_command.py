"""`ichviewer-cli evaluate` with the shipped model, on simulated and on real images."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ichviewer import cli, paths
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.picture import encode_png
from tests.analysis.real_series import DATA

needs_model = pytest.mark.skipif(
    not any(paths.models_folder().glob("*/*.onnx")), reason="needs a model"
)
PICTURE: dict[str, Any] = {"hu_low": 0, "hu_high": 255}


def evaluate(
    folder: Path, rows: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, Any], str, str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    numbers, report = folder / "out.json", folder / "report.html"
    code = cli.main(
        ["evaluate", str(folder / "table.csv"), "--json", str(numbers), "--html", str(report),
         "--operating-point", "balanced", "--device", "cpu"]
    )  # fmt: skip
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    html = report.read_text(encoding="utf-8")
    return code, json.loads(numbers.read_text(encoding="utf-8")), html, captured.out + captured.err


@needs_model
@pytest.mark.skipif(not paths.demo_study_folder().is_dir(), reason="no demo study")
def test_simulated_scan_and_its_slices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = paths.demo_study_folder()
    (series,) = scan_folder(demo).series
    volume = load_volume(series)
    rows: list[dict[str, Any]] = [{"image": str(demo), "any": 1, "source": "simulated"}]
    spacing = " ".join(f"{mm:.4f}" for mm in volume.spacing_mm[1:])
    for k in (15, 20):
        grey = np.clip(volume.hu[k], 0, 255).astype(np.uint8)
        (tmp_path / f"{k}.png").write_bytes(encode_png(grey))
        rows.append({"image": f"{k}.png", "spacing_mm": spacing, "any": 0, **PICTURE})
    rows.append({"image": "gone.png", **PICTURE, "spacing_mm": 0.5})
    code, numbers, html, said = evaluate(tmp_path, rows, capsys)
    assert code == cli.SOME_SKIPPED
    assert "Row 5 (gone.png): the image does not exist." in said
    assert numbers["counts"]["images"] == 3
    assert numbers["operating_point"] == "balanced"
    assert numbers["models"][0]["device"].startswith("CPU")
    assert [row["kind"] for row in numbers["rows"]] == ["scans", "single_slices", "single_slices"]
    assert 0 <= numbers["detection"]["any"]["auc"] <= 1
    assert numbers["segmentation"]["any_dice_mean"] is None
    assert numbers["segmentation"]["macro_dice"] is None
    assert "<svg" in html
    assert "not for primary diagnosis" in said


@needs_model
@pytest.mark.skipif(not (DATA / "negatives").is_dir(), reason="needs ../shared/data/negatives")
def test_real_slices_and_a_real_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((DATA / "negatives").glob("*.png"))
    rows: list[dict[str, Any]] = [
        {"image": str(file), "spacing_mm": 0.45, "any": 0, "group": file.stem, **PICTURE}
        for file in files
    ]
    rows.append({"image": str(DATA / "dcm_qa_ct" / "In" / "GE"), "any": 0, "group": "GE"})
    code, numbers, _, _ = evaluate(tmp_path, rows, capsys)
    assert code == cli.OK
    assert numbers["counts"] | {"refused_by_the_gate": 0} == {
        "images": 13, "single_slices": 12, "scans": 1, "groups": 13, "with_mask": 0,
        "refused_by_the_gate": 0,
    }  # fmt: skip
    found = numbers["detection"]["any"]
    assert (found["positives"], found["negatives"], found["auc"]) == (0, 13, None)
    assert found["counts"]["false_positive"] + found["counts"]["true_negative"] == 13
    assert all(row["marked_amount"] is not None for row in numbers["rows"])


def test_a_table_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.csv").write_text("file\na.png\n")
    assert cli.main(["evaluate", str(tmp_path / "table.csv")]) == cli.TROUBLE
    assert "no column named image" in capsys.readouterr().err
