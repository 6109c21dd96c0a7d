"""The same model in 8-bit integers: `python -m training.quantise models/ichnet-s OUT`.

Weights by channel, activations by tensor, ranges from simulated slices of the validation anatomies
(static quantisation, QDQ). The first convolution and whatever makes the outputs stay in float32.
The folder that comes out needs `training.calibrate` and `training.evaluate` of its own; whether it
may replace the float model is decided by their numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.anatomy import VALIDATION
from training.fields import Floats
from training.recipe import Recipe
from training.slices import batches

_BATCHES = 24
_BATCH = 4
_SEED = 5_000_000
_OUTPUT_DEPTH = 3


class _Slices(CalibrationDataReader):
    """Simulated slices, as the network meets them."""

    def __init__(self, recipe: Recipe) -> None:
        self._rest = self._draw(recipe)

    @staticmethod
    def _draw(recipe: Recipe) -> Iterator[dict[str, Floats]]:
        drawn = batches(np.random.default_rng(_SEED), VALIDATION, recipe.spec, recipe, _BATCH)
        for _ in range(_BATCHES):
            yield {"image": next(drawn).image}

    def get_next(self) -> dict[str, Floats] | None:
        """The next batch, or None."""
        return next(self._rest, None)


def kept_in_float(model: onnx.ModelProto) -> list[str]:
    """The first convolution, sums outside the convolutions, and what is near an output.

    The logarithm of a sum that was rounded to nothing is not a number.
    """
    users = defaultdict(set)
    for node in model.graph.node:
        for name in node.input:
            users[name].add(node.op_type)
    producer = {name: node for node in model.graph.node for name in node.output}
    first = next(node.name for node in model.graph.node if node.op_type == "Conv")
    kept = {first} | {
        node.name
        for node in model.graph.node
        if node.op_type == "Add" and not users[node.output[0]] <= {"Conv", "Relu"}
    }
    frontier = [output.name for output in model.graph.output]
    for _ in range(_OUTPUT_DEPTH):
        nodes = [producer[name] for name in frontier if name in producer]
        kept |= {node.name for node in nodes}
        frontier = [name for node in nodes for name in node.input]
    return sorted(kept)


def name_used_operators(model: onnx.ModelProto) -> None:
    """Name only the sets of operators in use; the program runs nothing that asks for more."""
    used = {node.domain for node in model.graph.node} | {""}
    named = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(named)


def quantise(folder: Path, out: Path, recipe: Recipe) -> None:
    """Write the 8-bit model with the manifest's description of it, not calibrated yet."""
    out.mkdir(parents=True, exist_ok=True)
    prepared = out / "prepared.onnx"
    quant_pre_process(str(folder / "model.onnx"), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(out / "model.onnx"),
        _Slices(recipe),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv", "Add"],
        nodes_to_exclude=kept_in_float(onnx.load(str(prepared))),
    )
    prepared.unlink()
    model = onnx.load(str(out / "model.onnx"))
    name_used_operators(model)
    onnx.save(model, str(out / "model.onnx"))
    content = (out / "model.onnx").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256(content).hexdigest()
    manifest["size_bytes"] = len(content)
    manifest["name"] += "-int8"
    for taught in ("in_scan", "regions"):  # on what the model says in full precision
        manifest.pop(taught, None)
    start = manifest["embedding"]["identity"].split("-")
    manifest["embedding"]["identity"] = "-".join([manifest["sha256"][:16], *start[1:]])
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", type=Path, default=Path("training/recipes/ichnet_s.toml"))
    given = parser.parse_args()
    quantise(given.folder, given.out, Recipe.read(given.recipe))
    print(f"{(given.out / 'model.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
