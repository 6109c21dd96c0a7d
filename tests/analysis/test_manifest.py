"""A manifest is read strictly; what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from ichviewer.analysis.manifest import Role, read_manifest
from ichviewer.errors import ModelError
from tests.analysis.threshold_model import manifest_entry


def write(folder: Path, change: dict[str, Any]) -> Path:
    entry = manifest_entry(b"model", ("detection", "segmentation", "embedding"))
    for dotted, value in change.items():
        *outer, last = dotted.split(".")
        table = entry
        for name in outer:
            table = table[name]
        if value is None:
            del table[last]
        else:
            table[last] = value
    (folder / "manifest.json").write_text(json.dumps(entry), encoding="utf-8")
    return folder


def test_everything_is_read(tmp_path: Path) -> None:
    thresholds = {
        "any": 0.1,
        "subdural": 0.6,
        "epidural": 0.2,
        "intraparenchymal": 0.3,
        "intraventricular": 0.4,
        "subarachnoid": 0.5,
    }
    manifest = read_manifest(write(tmp_path, {"thresholds.detection": thresholds}))
    assert manifest.title == "threshold 1.0"
    assert set(manifest.roles) == set(Role)
    assert manifest.thresholds == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)  # by column, not by the file
    assert manifest.aggregation.slabs == 2
    assert manifest.embedding_identity == "threshold-1"
    assert manifest.input.size_px == 224


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"format": 2}, "newer than this program"),
        ({"name": None}, "name is missing"),
        ({"version": ""}, "version is missing"),
        ({"roles": []}, "at least one role"),
        ({"roles": ["oracle"]}, "oracle"),
        ({"file": "../model.onnx"}, "plain file name"),
        ({"file": "C:model.onnx"}, "plain file name"),
        ({"sha256": "abc"}, "sha256"),
        ({"size_bytes": "many"}, "size_bytes is missing or no number"),
        ({"size_bytes": True}, "size_bytes is missing or no number"),
        ({"thresholds": None}, "thresholds is missing"),
        ({"thresholds.detection.epidural": None}, "detection.epidural is missing"),
        ({"thresholds.detection.any": 1.5}, "detection.any is 1.5, outside"),
        ({"thresholds.lesion_min_ml": -1}, "lesion_min_ml"),
        ({"calibration.temperature.any": 0}, "temperature.any is 0, outside"),
        ({"calibration.method": "isotonic"}, "isotonic"),
        ({"study.method": "vote"}, "vote"),
        ({"study.slices": 0}, "study.slices"),
        ({"embedding": None}, "embedding is missing"),
        ({"license": None}, "license is missing"),
        ({"training_data": None}, "training_data is missing"),
        ({"intended_use": None}, "intended_use is missing"),
    ],
)
def test_wrong_entry_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    with pytest.raises(ModelError, match=named):
        read_manifest(write(tmp_path, change))


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"name": NaN}'])
def test_what_is_no_manifest_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        read_manifest(tmp_path)


def test_missing_manifest_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is missing\. Copy the model's whole folder"):
        read_manifest(tmp_path)
