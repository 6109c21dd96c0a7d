"""A manifest is read strictly; what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, OperatingPoint
from ichviewer.analysis.manifest import Role, read_manifest
from ichviewer.analysis.operating import Conformal
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


def by_column(value: Any) -> dict[str, Any]:
    return dict.fromkeys(PROBABILITY_COLUMNS, value)


def isotonic(**change: Any) -> dict[str, Any]:
    line = {"said": [0.0, 0.5, 1.0], "meant": [0.0, 0.2, 1.0]}
    return {"method": "isotonic", "table": {**by_column(line), **change}}


def point(value: float) -> dict[str, Any]:
    return {"study": by_column(value), "slice": by_column(value), "mask_probability": 0.5}


REGIONS = {
    "intercept": -4.0,
    "weights": {"any": 0.2, "type": 0.3, "voxels": 2.0, "log_ml": 0.25, "vessels": -4.5},
    "shown_from": {"sensitive": 0.02, "balanced": 0.05, "specific": 0.2},
}
FALLING = {"sensitive": 0.5, "balanced": 0.1, "specific": 0.2}
CONFORMAL = {
    "alpha": 0.05,
    "present_quantile": by_column(0.7),
    "absent_quantile": by_column(0.3),
}


def test_what_calibration_may_add_is_read(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "calibration": isotonic(),
            "operating_points": {"sensitive": point(0.01), "specific": point(0.99)},
            "conformal": CONFORMAL,
            "regions": REGIONS,
            "study.calibration": {"method": "temperature", "temperature": by_column(2.0)},
        },
    )
    manifest = read_manifest(folder)
    terms = manifest.terms
    assert terms.calibration.table == (((0.0, 0.5, 1.0), (0.0, 0.2, 1.0)),) * 6
    assert set(terms.operating_points) == set(OperatingPoint)
    sensitive = terms.operating_points[OperatingPoint.SENSITIVE]
    assert (sensitive.study[0], sensitive.slices[5], sensitive.mask_probability) == (
        0.01,
        0.01,
        0.5,
    )
    balanced = terms.operating_points[OperatingPoint.BALANCED]
    assert sensitive.lesion_min_ml == balanced.lesion_min_ml
    assert terms.conformal == Conformal(0.05, (0.7,) * 6, (0.3,) * 6)
    assert terms.aggregation.calibration.temperature == (2.0,) * 6
    assert manifest.regions is not None
    assert manifest.regions.weights == (0.2, 0.3, 2.0, 0.25, -4.5)
    assert manifest.regions.shown_from[OperatingPoint.SPECIFIC] == 0.2


def test_manifest_without_them_has_one_point_and_no_abstention(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, {}))
    assert set(manifest.terms.operating_points) == {OperatingPoint.BALANCED}
    assert manifest.terms.conformal is None
    assert manifest.familiarity is None
    assert manifest.regions is None
    assert manifest.terms_of(2, has_contrast=True) is manifest.terms


def test_contrast_has_a_calibration_of_its_own_and_the_same_operating_points(
    tmp_path: Path,
) -> None:
    own = {
        "calibration": {"bias": by_column(-1.0)},
        "study": {"method": "max_of_running_mean", "slices": 3, "temperature": by_column(2.0)},
    }
    manifest = read_manifest(write(tmp_path, {"with_contrast": own}))
    plain, bright = (manifest.terms_of(2, has_contrast=bright) for bright in (False, True))
    assert plain.calibration.bias == (0.0,) * 6
    assert bright.calibration.bias == (-1.0,) * 6
    assert bright.aggregation.slabs == 3
    assert bright.aggregation.calibration.temperature == (2.0,) * 6
    assert bright.operating_points == plain.operating_points
    assert bright.conformal == plain.conformal


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
    balanced = manifest.terms.operating_points[OperatingPoint.BALANCED]
    assert balanced.study == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)  # by column, not by the file
    assert manifest.terms.aggregation.slabs == 2
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
        ({"calibration.method": "isotonic"}, r"calibration\.table is missing"),
        ({"calibration": isotonic(any={"said": [0, 1]})}, r"table\.any\.meant is missing"),
        ({"calibration": isotonic(any={"said": [0, 1], "meant": [1, 0]})}, "must only rise"),
        ({"calibration": isotonic(any={"said": [0, 0], "meant": [0, 1]})}, "a number twice"),
        ({"calibration": isotonic(any={"said": [0, 1], "meant": [0, 1, 1]})}, "2 numbers said"),
        ({"calibration": isotonic(any={"said": [0, 2], "meant": [0, 1]})}, "outside 0.0 to 1.0"),
        ({"thresholds.operating_point": "best"}, "'best' is none of sensitive, balanced"),
        ({"operating_points": {"bold": {}}}, "'bold' is none of"),
        ({"operating_points": {"specific": {}}}, r"specific\.study is missing"),
        ({"operating_points": {"sensitive": point(0.9)}}, "sensitive asks for more than balanced"),
        ({"operating_points": {"specific": point(1.5)}}, r"study\.any is 1\.5, outside"),
        ({"conformal": {"alpha": 0.05}}, r"conformal\.present_quantile is missing"),
        ({"conformal": {**CONFORMAL, "alpha": 0}}, r"conformal\.alpha is 0"),
        ({"regions": {**REGIONS, "intercept": None}}, r"regions\.intercept is missing"),
        ({"regions": {**REGIONS, "weights": {"any": 1}}}, r"regions\.weights\.type is missing"),
        ({"regions": {**REGIONS, "shown_from": {"sensitive": 2}}}, r"sensitive is 2, outside"),
        (
            {"regions": {**REGIONS, "shown_from": FALLING}},
            r"regions\.shown_from: a more sensitive point",
        ),
        ({"regions": REGIONS, "roles": ["detection"]}, "regions needs the roles"),
        ({"with_contrast": {"study": {}}}, r"with_contrast: calibration is missing"),
        ({"with_contrast": {"calibration": {}}}, r"with_contrast: study is missing"),
        ({"embedding.known": 5}, r"embedding\.known is missing or no table"),
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
