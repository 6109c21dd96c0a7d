"""A tiny recipe, from label maps to an ONNX file that finds blood better than chance."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

from training.anatomy import VALIDATION  # noqa: E402
from training.recipe import Recipe  # noqa: E402
from training.slices import batches  # noqa: E402

TINY = """
name = "tiny"
version = "0"
seed = 1
widths = [16, 32, 32, 32, 32]

[input]
size_px = 96
spacing_mm = 2.0
slab_mm = 5.0
channels = [
  { offset_slices = 0, center_hu = 40, width_hu = 80 },
  { offset_slices = 0, center_hu = 127.5, width_hu = 255 },
]

[data]
healthy_share = 0.3
pool_stacks = 60
uses_per_stack = 60
blood_share = 0.6

[optimise]
hours = 0.05
batch = 16
learning_rate = 4e-3
weight_decay = 1e-4
crop_px = 96
warmup_steps = 20
average = 0.97
save_every_s = 60
"""


def _loss(row: dict[str, str]) -> float:
    return sum(float(row[name]) for name in ("detection", "segmentation", "dice", "embedding"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_tiny_recipe_learns(
    label_maps: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    from training import export, train

    file = tmp_path / "tiny.toml"
    file.write_text(TINY)
    recipe = Recipe.read(file)
    monkeypatch.setattr(train, "ROOT", tmp_path)
    run = train.train(recipe)
    noted = list(csv.DictReader((run.folder / "validation.csv").read_text().splitlines()))
    assert float(noted[-1]["auc_any"]) > 0.6
    assert run.best_loss <= min(_loss(row) for row in noted) + 1e-3
    difference = export.export(recipe, run.folder / train.BEST, tmp_path / "model")
    assert difference < 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "model" / "model.onnx")
    drawn = batches(np.random.default_rng(5), VALIDATION, recipe.spec, recipe, 16)
    found, truth = [], []
    for _ in range(12):
        batch = next(drawn)
        found.append(session.run(["detection"], {"image": batch.image})[0][:, 0])
        truth.append(batch.present[:, 0])
    score, present = np.concatenate(found), np.concatenate(truth)
    positive, negative = score[present == 1], score[present == 0]
    auc = float((positive[:, None] > negative[None, :]).mean())
    assert auc > 0.65, f"slice AUC of any hemorrhage is {auc:.2f}"
