"""The 8-bit form of the shipped model is one that the program runs, and answers nearly the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="onnx is in the training environment only")

from ichviewer.analysis.model import load_model
from training.anatomy import ROOT, VALIDATION
from training.eight_bits import stored_weights
from training.quantise import quantise
from training.recipe import Recipe
from training.slices import batches


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_eight_bits_answer_nearly_what_floats_do(tmp_path: Path) -> None:
    import onnx

    recipe = Recipe.read(ROOT / "training" / "recipes" / "ichnet_s.toml")
    quantise(ROOT / "models" / "ichnet-s", tmp_path, recipe)
    image = next(batches(np.random.default_rng(5), VALIDATION, recipe.spec, recipe, 8)).image
    full, eight = (
        load_model(folder, "cpu", 1).run(image)
        for folder in (ROOT / "models" / "ichnet-s", tmp_path)
    )
    size = (tmp_path / "model.onnx").stat().st_size
    shipped = onnx.load(str(ROOT / "models" / "ichnet-s" / "model.onnx"))
    assert size < 1.2 * sum(values.size for values in stored_weights(shipped).values())
    apart = np.abs(full["detection"] - eight["detection"])
    assert apart.max() > 0
    assert apart.mean() < 0.05
