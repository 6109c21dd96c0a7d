"""The whole evaluation on heads whose truth is arithmetic, with a model that is a threshold."""

import csv
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ichviewer import paths
from ichviewer.analysis.gate import Header
from ichviewer.analysis.reading import ModelSet, load_models
from ichviewer.errors import TableError
from ichviewer.evaluation.evaluate import Evaluation, evaluate
from ichviewer.evaluation.page import page
from ichviewer.evaluation.table import read_table
from ichviewer.imaging.itk import write_nifti, write_nifti_mask
from ichviewer.imaging.picture import encode_png
from ichviewer.imaging.volume import Volume
from ichviewer.language import use_language
from ichviewer.progress import Progress
from tests.analysis import phantoms
from tests.analysis.threshold_model import write_model

IPH = 2
LOW_HU, HIGH_HU = -100.0, 410.0
BLEED = ((30.0, 10.0, 0.0), (14.0, 14.0, 14.0))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelSet:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "threshold")
    return load_models(folder, "cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten slices as PNG, half with blood, and one head as NIfTI, with masks."""
    folder = tmp_path_factory.mktemp("images")
    grid = phantoms.make_grid(px=200, px_mm=1.15)
    sick, healthy = phantoms.head(grid, bleed_mm=BLEED), phantoms.head(grid)
    mask = phantoms.ellipsoid(grid, *BLEED).astype(np.uint8) * IPH
    rows: list[dict[str, Any]] = []
    for number, k in enumerate((11, 12, 13, 14, 15)):
        for name, volume, truth in (("sick", sick, mask), ("well", healthy, 0 * mask)):
            save_png(folder / f"{name}{k}.png", volume.hu[k])
            (folder / f"{name}{k}_mask.png").write_bytes(encode_png(truth[k]))
            rows.append(
                {
                    "image": f"{name}{k}.png", "mask": f"{name}{k}_mask.png", "hu_low": LOW_HU,
                    "hu_high": HIGH_HU, "spacing_mm": 1.15, "group": f"{name}{number}",
                    "source": "A" if k < 13 else "B",
                }
            )  # fmt: skip
    write_nifti(sick, folder / "head.nii.gz")
    write_nifti_mask(mask, grid, folder / "head_mask.nii.gz")
    rows.append({"image": "head.nii.gz", "mask": "head_mask.nii.gz", "group": "head"})
    save_table(folder / "table.csv", rows)
    return folder


def save_png(path: Path, hu: np.ndarray) -> None:
    grey = np.clip((hu - LOW_HU) / (HIGH_HU - LOW_HU) * 255, 0, 255)
    path.write_bytes(encode_png(np.rint(grey).astype(np.uint8)))


def save_table(path: Path, rows: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def no_dicom(path: Path, progress: Progress) -> tuple[Volume, Header]:
    raise TableError(f"{path.name} holds no DICOM image.")


@pytest.fixture(scope="module")
def evaluation(models: ModelSet, folder: Path) -> Evaluation:
    return evaluate(read_table(folder / "table.csv"), models, no_dicom)


def test_a_perfect_reader_is_called_one(evaluation: Evaluation) -> None:
    described = evaluation.described
    assert described["counts"]["images"] == 11
    assert described["counts"]["single_slices"] == 10
    assert described["counts"]["with_mask"] == 11
    assert not described["problems"]
    found = described["detection"]["any"]
    assert (found["positives"], found["negatives"]) == (6, 5)
    assert found["auc"] == found["sensitivity"] == found["specificity"] == 1.0
    assert found["auc_interval"] == [1.0, 1.0]
    assert described["detection"]["intraparenchymal"]["auc"] == 1.0
    assert described["detection"]["epidural"]["auc"] is None
    segmentation = described["segmentation"]
    assert segmentation["any_dice_mean"] > 0.9
    assert segmentation["macro_dice"] == segmentation["classes"]["intraparenchymal"]["dice_mean"]
    assert segmentation["classes"]["any"]["nsd_2mm_mean"] > 0.95
    lesions = segmentation["lesion_probability"]
    assert lesions["lesions"] == lesions["hemorrhage"] > 0


def test_slices_of_a_scan_are_counted_apart(evaluation: Evaluation) -> None:
    slices = evaluation.described["detection"]["slices"]
    assert slices["images"] == 10 + 28
    assert slices["any"]["sensitivity"] > 0.8
    assert evaluation.described["segmentation"]["slices"]["images"] == 38


def test_amounts_have_the_unit_of_their_images(evaluation: Evaluation) -> None:
    scans = evaluation.described["segmentation"]["scans"]
    assert (scans["unit"], scans["images"]) == ("mL", 1)
    row = evaluation.described["rows"][-1]
    assert row["true_amount"] == pytest.approx(4 / 3 * np.pi * 14**3 / 1000, rel=0.05)
    assert row["unit"] == "mL"
    single = evaluation.described["segmentation"]["single_slices"]
    assert single["unit"] == "mm²"
    assert sum(one["found"] for one in single["lesions"]) == 5
    assert single["false_amount_on_negatives"]["images"] == 5


def test_sources_and_amounts_of_blood_have_numbers_of_their_own(evaluation: Evaluation) -> None:
    by_source = evaluation.described["detection"]["by_source"]
    assert {name: one["images"] for name, one in by_source.items()} == {"A": 4, "B": 6}
    assert evaluation.described["segmentation"]["by_source"]["B"]["images"] == 6
    bins = evaluation.described["detection"]["by_blood"]
    assert sum(one["images"] for one in bins) == 6
    assert {one["unit"] for one in bins} == {"mm²", "mL"}


def test_a_single_slice_says_how_it_was_read(evaluation: Evaluation) -> None:
    first, last = evaluation.described["rows"][0], evaluation.described["rows"][-1]
    assert any("see it repeated in place of its neighbours" in note for note in first["notes"])
    assert any("0 is -100 HU, 255 is 410 HU" in note for note in first["notes"])
    assert not any("single slice" in note for note in last["notes"])
    for row in evaluation.described["rows"]:
        if row["kind"] == "single_slices":
            assert {name: word == "present" for name, word in row["said"].items()} == row["found"]


def test_numbers_are_json(evaluation: Evaluation) -> None:
    assert json.loads(json.dumps(evaluation.described, allow_nan=False))


def test_the_page_stands_alone(evaluation: Evaluation) -> None:
    text = page(evaluation)
    parser = _Balance()
    parser.feed(text)
    assert not parser.open
    assert "not for primary diagnosis" in text
    assert text.count("<svg") == text.count("</svg>") >= 4
    assert not re.search(r"(src|href)=[\"'](?!data:)", text)
    assert "<script" not in text
    assert len(re.findall("<img", text)) == len(evaluation.pictures) > 0
    assert "nan" not in re.sub(r"base64,[^']+", "", text)


def test_the_page_writes_numbers_as_its_language_does(evaluation: Evaluation) -> None:
    use_language("de", paths.languages_folder())
    try:
        text = page(evaluation)
        shown = re.findall(r"<(?:td|b|text)\b[^>]*>([^<>]+)<", text)
        assert {"0,25", "1,00", "1,000"} <= set(shown), "axes, tables and tiles"
        assert not [one for one in shown if re.search(r"\d\.\d", one)]
        assert json.dumps(evaluation.described).count("0.") > 10, "JSON keeps the point"
    finally:
        use_language("en", paths.languages_folder())


class _Balance(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_names_are_text_and_never_markup(models: ModelSet, folder: Path, tmp_path: Path) -> None:
    name = "<b onclick=x>&.png"
    (tmp_path / name).write_bytes((folder / "sick13.png").read_bytes())
    row = {"image": name, "hu_low": LOW_HU, "hu_high": HIGH_HU, "spacing_mm": 1.15, "any": 0}
    save_table(tmp_path / "table.csv", [{**row, "source": "<i>"}])
    text = page(evaluate(read_table(tmp_path / "table.csv"), models, no_dicom))
    assert "<b onclick" not in text
    assert "<i>" not in text
    assert "&lt;b onclick=x&gt;&amp;.png" in text


def test_bad_rows_are_named_and_the_rest_is_read(
    models: ModelSet, folder: Path, tmp_path: Path
) -> None:
    good: Mapping[str, Any] = {"hu_low": LOW_HU, "hu_high": HIGH_HU, "spacing_mm": 1.15}
    (tmp_path / "tiny.png").write_bytes(encode_png(np.zeros((5, 7), np.uint8)))
    colours = np.zeros((64, 64, 3), np.uint8)
    colours[..., 0] = 9
    (tmp_path / "colour.png").write_bytes(encode_png(colours))
    (tmp_path / "cut.png").write_bytes((folder / "sick13.png").read_bytes()[:900])
    (tmp_path / "small_mask.png").write_bytes(encode_png(np.zeros((64, 64), np.uint8)))
    seven = np.full((200, 200), 7, np.uint8)
    (tmp_path / "seven.png").write_bytes(encode_png(seven))
    image, mask = str(folder / "sick13.png"), str(folder / "sick13_mask.png")
    nifti, nifti_mask = str(folder / "head.nii.gz"), str(folder / "head_mask.nii.gz")
    (tmp_path / "folder").mkdir()
    rows = [
        {"image": image, "mask": mask, "any": 1, **good},
        {"image": "tiny.png", **good},
        {"image": "colour.png", **good},
        {"image": "cut.png", **good},
        {"image": image, "mask": "small_mask.png", **good},
        {"image": image, "mask": "seven.png", **good},
        {"image": image, "mask": nifti_mask, **good},
        {"image": nifti, "mask": mask},
        {"image": "folder"},
        {"image": image, **good, "spacing_mm": 450},
        {"image": image, "mask": mask, "any": 0, **good},
    ]
    save_table(tmp_path / "table.csv", rows)
    described = evaluate(read_table(tmp_path / "table.csv"), models, no_dicom).described
    words = {
        3: "5 × 7 pixels, too few",
        4: "has colours",
        5: "damaged PNG",
        6: "64 × 64 pixels, the image 200 × 200",
        7: "unknown labels (7)",
        8: "no position for the NIfTI mask",
        9: "give a NIfTI mask",
        10: "no DICOM image",
        11: "450 mm is no pixel size",
    }
    sentences = {problem["row"]: problem["sentence"] for problem in described["problems"]}
    assert sorted(sentences) == sorted(words)
    for row, expected in words.items():
        assert expected in sentences[row]
        assert sentences[row].startswith(f"Row {row} (")
    assert [row["row"] for row in described["rows"]] == [2, 12]
    notes = described["rows"][1]["notes"]
    assert any("says any 0, but the mask marks such blood" in note for note in notes)


def test_a_png_mask_lies_on_a_dicom_slice(models: ModelSet, tmp_path: Path) -> None:
    grid = phantoms.make_grid(slices=1, px=200, px_mm=1.15)
    head = phantoms.head(grid, bleed_mm=BLEED)
    (tmp_path / "slice.dcm").write_bytes(b"")
    mask = phantoms.ellipsoid(grid, *BLEED).astype(np.uint8) * IPH
    (tmp_path / "mask.png").write_bytes(encode_png(mask[0]))
    save_table(tmp_path / "table.csv", [{"image": "slice.dcm", "mask": "mask.png"}])

    def open_dicom(path: Path, progress: Progress) -> tuple[Volume, Header]:
        return head, Header(modality="CT")

    described = evaluate(read_table(tmp_path / "table.csv"), models, open_dicom).described
    assert described["segmentation"]["any_dice_mean"] > 0.9
    assert described["rows"][0]["labels"]["intraparenchymal"] == 1


def test_what_the_gate_refuses_is_counted_both_ways(
    models: ModelSet, folder: Path, tmp_path: Path
) -> None:
    save_png(tmp_path / "grey.png", np.full((120, 120), 30.0))
    good = {"hu_low": LOW_HU, "hu_high": HIGH_HU, "spacing_mm": 1.15}
    rows = [
        {"image": "grey.png", "any": 0, **good},
        {"image": str(folder / "sick13.png"), "any": 1, **good},
    ]
    save_table(tmp_path / "table.csv", rows)
    described = evaluate(read_table(tmp_path / "table.csv"), models, no_dicom).described
    assert described["counts"]["refused_by_the_gate"] == 1
    assert described["rows"][0]["gate"]["answer"] == "refused"
    assert described["rows"][0]["gate"]["reasons"]
    assert described["rows"][0]["probability"]["any"] is not None
    assert described["detection"]["any"]["negatives"] == 1
    assert described["detection"]["without_refused"]["any"]["negatives"] == 0
    assert "Refused by the gate, but read and counted here: 1." in described["notes"]


def test_files_that_killed_the_reader_are_left_out(models: ModelSet, folder: Path) -> None:
    table = read_table(folder / "table.csv")
    excluded = {folder / "sick11.png": "took longer than 60 seconds"}
    described = evaluate(table, models, no_dicom, excluded=excluded).described
    (problem,) = described["problems"]
    assert problem["sentence"].endswith("sick11.png took longer than 60 seconds.")


def test_no_readable_row_is_an_error(models: ModelSet, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("image\nnothing.png\n")
    with pytest.raises(TableError, match=r"No row of table.csv could be read. Row 2 \(nothing"):
        evaluate(read_table(tmp_path / "table.csv"), models, no_dicom)
