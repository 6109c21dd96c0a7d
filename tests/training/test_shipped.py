"""The shipped model is the one that its recipe, manifest and card describe."""

from __future__ import annotations

import hashlib
import json

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.prepare import PREPARE_VERSION, InputSpec
from training.anatomy import ROOT
from training.recipe import Recipe

FOLDER = ROOT / "models" / "ichnet-s"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())


def test_manifest_names_these_very_bytes() -> None:
    content = (FOLDER / MANIFEST["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == MANIFEST["sha256"]
    assert len(content) == MANIFEST["size_bytes"]
    identity = MANIFEST["embedding"]["identity"]
    assert identity == f"{MANIFEST['sha256'][:16]}-prepare{PREPARE_VERSION}"


def test_manifest_names_the_network_for_scans_too() -> None:
    entry = MANIFEST["in_scan"]
    content = (FOLDER / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["size_bytes"]
    for terms in (entry, entry["with_contrast"]):
        assert "never trained on" in terms["calibration"]["data"]
        for table in (terms["calibration"], terms["study"]):
            assert list(table["temperature"]) == list(table["bias"]) == list(PROBABILITY_COLUMNS)
    assert set(entry["operating_points"]) == {"sensitive", "balanced", "specific"}
    assert entry["sha256"] in (FOLDER / "MODEL_CARD.md").read_text()


def test_model_looks_at_what_its_recipe_says() -> None:
    recipe = Recipe.read(ROOT / "training" / "recipes" / "ichnet_s.toml")
    assert InputSpec.from_manifest(MANIFEST["input"]) == recipe.spec
    assert (MANIFEST["name"], MANIFEST["version"]) == (recipe.name, recipe.version)


def test_onnx_was_equal_to_the_trained_network() -> None:
    assert MANIFEST["export"]["largest_difference_from_torch"] < 1e-4


def test_every_column_is_calibrated_and_has_a_threshold() -> None:
    for table in (
        MANIFEST["thresholds"]["detection"],
        MANIFEST["calibration"]["temperature"],
        MANIFEST["calibration"]["bias"],
        MANIFEST["study"]["temperature"],
        MANIFEST["study"]["bias"],
    ):
        assert list(table) == list(PROBABILITY_COLUMNS)
    assert "never trained on" in MANIFEST["calibration"]["data"]


def test_card_speaks_of_this_file_and_warns() -> None:
    card = (FOLDER / "MODEL_CARD.md").read_text()
    assert MANIFEST["sha256"] in card
    assert "not for primary diagnosis" in card
    assert "simulated" in card
