"""From a checkpoint to a model folder: `python -m training.export RECIPE [--checkpoint FILE]`.

Writes `models/<name>/model.onnx` and `manifest.json`, and refuses where ONNX and torch differ.
Thresholds and calibration are those that `training.calibrate` found, neutral before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.analysis.prepare import PREPARE_VERSION
from training.anatomy import ROOT, TEST, TRAIN, VALIDATION
from training.eight_bits import is_large, rounded, store_in_eight_bits
from training.network import EMBEDDING, IchNet
from training.recipe import Recipe
from training.weights import STEPS, load_weights, new_net, read_weights

OPSET = 17
_TOLERANCE = 1e-4
_OUTPUTS = ("segmentation", "detection", "cam", "embedding")
_CAM_SCALE = 4.0
#: What `training.scan_network` and `training.calibrate` write for one very file.
_CALIBRATED = (
    "thresholds", "calibration", "study", "operating_points", "conformal", "with_contrast",
    "embedding", "in_scan", "regions",
)  # fmt: skip


class Shipped(nn.Module):
    """The network with probabilities instead of logits, as the viewer wants them."""

    def __init__(self, net: IchNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Answer `segmentation`, `detection`, `cam`, `embedding` as the manifest describes them."""
        answer = self.net(image)
        return (
            torch.softmax(answer.segmentation, 1),
            torch.sigmoid(answer.detection),
            torch.clamp(answer.cam / _CAM_SCALE, 0.0, 1.0),
            answer.embedding,
        )


def export(recipe: Recipe, checkpoint: Path, folder: Path) -> float:
    """Write the model's folder; return the largest difference of ONNX from torch.

    Raises
    ------
    ValueError
        Where an output differs by more than 1e-4.
    """
    net = new_net(recipe)
    weights = read_weights(checkpoint)
    load_weights(net, weights.average)
    round_weights(net)
    shipped = Shipped(net).eval()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    size = recipe.spec.size_px
    sample = torch.rand(2, len(recipe.spec.channels), size, size)
    to_onnx(shipped, file, sample, weights.steps)
    difference = largest_difference(shipped, file, sample)
    if difference > _TOLERANCE:
        raise ValueError(f"ONNX differs from torch by {difference:.2e}, more than {_TOLERANCE}")
    write_manifest(recipe, folder, weights.steps, difference)
    return difference


def round_weights(net: nn.Module) -> None:
    """Round all large weights of a network to what 8 bits can hold."""
    with torch.no_grad():
        for weight in net.parameters():
            if is_large(weight.shape):
                weight.copy_(torch.from_numpy(rounded(weight.numpy())))


def to_onnx(shipped: Shipped, file: Path, sample: Tensor, steps: int) -> None:
    """Write one checked ONNX file with a free number of slices; training can go on from it."""
    torch.onnx.export(
        shipped,
        (sample,),
        str(file),
        dynamo=False,  # its graph needs standard operators only, in one file
        opset_version=OPSET,
        input_names=["image"],
        output_names=list(_OUTPUTS),
        dynamic_axes={name: {0: "N"} for name in ("image", *_OUTPUTS)},
        # Weights folded with batch normalisation could not be trained on.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    model = store_in_eight_bits(onnx.load(str(file)))
    onnx.helper.set_model_props(model, {STEPS: str(steps)})
    onnx.save(model, str(file))
    onnx.checker.check_model(str(file), full_check=True)


def largest_difference(shipped: Shipped, file: Path, sample: Tensor) -> float:
    """Over batches of one and of many, the largest absolute difference of any output."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    differences = []
    for image in (sample, sample[:1], torch.rand(5, *sample.shape[1:])):
        with torch.no_grad():
            expected = shipped(image)
        found = session.run(list(_OUTPUTS), {"image": image.numpy()})
        differences += [
            float(np.abs(e.numpy() - f).max()) for e, f in zip(expected, found, strict=True)
        ]
    return max(differences)


def write_manifest(recipe: Recipe, folder: Path, step: int, difference: float) -> None:
    """Describe the model; keeps calibration and thresholds that fit this very file."""
    content = (folder / "model.onnx").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = _manifest(recipe, sha256, len(content), step)
    manifest["export"] = {"largest_difference_from_torch": difference}
    file = folder / "manifest.json"
    if file.exists():
        before = json.loads(file.read_text())
        if before["sha256"] == sha256:
            manifest |= {key: before[key] for key in _CALIBRATED if key in before}
    file.write_text(json.dumps(manifest, indent=2) + "\n")


def _manifest(recipe: Recipe, sha256: str, size_bytes: int, step: int) -> dict[str, Any]:
    size = recipe.spec.size_px
    classes = ["background", *(kind.word for kind in HemorrhageType)]
    columns = list(PROBABILITY_COLUMNS)
    return {
        "name": recipe.name,
        "version": recipe.version,
        "roles": ["detection", "segmentation", "embedding"],
        "file": "model.onnx",
        "sha256": sha256,
        "size_bytes": size_bytes,
        "opset": OPSET,
        "input": {
            "name": "image",
            "layout": "NCHW",
            "hu_range": [-1024, 3071],
            **recipe.input,
        },
        "outputs": {
            "segmentation": {
                "shape": ["N", 6, size, size],
                "meaning": "softmax probability of each class at each pixel",
                "range": [0, 1],
                "classes": classes,
            },
            "detection": {
                "shape": ["N", 6],
                "meaning": "sigmoid probability that the slice shows it, before calibration",
                "range": [0, 1],
                "classes": columns,
            },
            "cam": {
                "shape": ["N", 6, size // 8, size // 8],
                "meaning": "evidence map; pooled, and with what the marked area adds, it is the "
                f"detection logit; logit / {_CAM_SCALE:g} clipped to 0..1, over the input's square",
                "range": [0, 1],
                "classes": columns,
            },
            "embedding": {
                "shape": ["N", EMBEDDING],
                "meaning": "slice vector of length one; near where type, side, amount and height "
                "of the blood are alike",
                "range": [-1, 1],
            },
        },
        "embedding": {
            "dimension": EMBEDDING,
            "identity": f"{sha256[:16]}-prepare{PREPARE_VERSION}",
        },
        "thresholds": {
            "detection": dict.fromkeys(columns, 0.5),
            "segmentation_min_probability": 0.5,
            "lesion_min_ml": 0.1,
            "operating_point": "balanced",
            "chosen": "not yet; neutral values",
        },
        "calibration": {
            "method": "temperature",
            "formula": "sigmoid((logit(p) + bias) / temperature)",
            "temperature": dict.fromkeys(columns, 1.0),
            "bias": dict.fromkeys(columns, 0.0),
            "ece_before": None,
            "ece_after": None,
            "data": "not yet calibrated",
        },
        "study": {
            "method": "max_of_running_mean",
            "slices": 2,
            "description": "highest mean of the calibrated probability over 2 neighbouring slabs, "
            "any hemorrhage on each at least as probable as every type, then calibrated with the "
            "study's own temperature and bias",
            "temperature": dict.fromkeys(columns, 1.0),
            "bias": dict.fromkeys(columns, 0.0),
        },
        "license": "Apache-2.0",
        "training_data": f"simulated CT only; label maps {list(TRAIN)} of SynthSeg "
        f"(validation {list(VALIDATION)}, test {list(TEST)}); {step} steps of "
        f"{recipe.optimise['batch']} slices",
        "intended_use": "research and second look; not for primary diagnosis",
        "producer": "ichviewer training.export",
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    recipe = Recipe.read(given.recipe)
    torch.set_num_threads(1)
    checkpoint = given.checkpoint or ROOT / "runs" / recipe.name / "best.pt"
    difference = export(recipe, checkpoint, given.out or ROOT / "models" / recipe.name)
    print(f"largest difference of ONNX from torch: {difference:.2e}")


if __name__ == "__main__":
    main()
