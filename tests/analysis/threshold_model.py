"""A small, real ONNX model made by code: blood is what lies between two densities.

It follows the contract of the shipped models (inputs, outputs, manifest), so the chain can be
tested on phantoms whose truth is arithmetic.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ichviewer.analysis.findings import PROBABILITY_COLUMNS

SIZE_PX = 224
CHANNELS = [
    {"offset_slices": 0, "center_hu": 40.0, "width_hu": 80.0},
    {"offset_slices": 0, "center_hu": 80.0, "width_hu": 200.0},
    {"offset_slices": 1, "center_hu": 600.0, "width_hu": 2800.0},
]
#: Share of the blood that goes to each type, by label; label 2 is intraparenchymal.
TYPE_SHARES = (0.0, 0.9, 0.0, 0.0, 0.1)


def write_model(
    folder: Path,
    roles: tuple[str, ...] = ("detection", "segmentation", "embedding"),
    change_graph: Callable[[onnx.ModelProto], None] | None = None,
    outputs: dict[str, list[onnx.NodeProto]] | None = None,
    **manifest: Any,
) -> Path:
    """Write `model.onnx` and `manifest.json` into a folder; keywords replace manifest entries."""
    folder.mkdir(parents=True, exist_ok=True)
    model = build_model(roles, outputs or {})
    if change_graph:
        change_graph(model)
    data = model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)
    entry = {**manifest_entry(data, roles), **manifest}
    (folder / "manifest.json").write_text(json.dumps(entry), encoding="utf-8")
    return folder


def write_scan_network(
    folder: Path, nodes: list[onnx.NodeProto] | None = None, **entry: Any
) -> Path:
    """Give a written model a network for whole scans: every slab gets the scan's largest answer.

    `nodes` replaces those; keywords replace entries of `in_scan`.
    """
    default = [
        helper.make_node("ReduceMax", ["detection", "first_axis"], ["largest"], keepdims=1),
        helper.make_node("Shape", ["expected_mm2"], ["shape"]),
        helper.make_node("Expand", ["largest", "shape"], ["in_scan"]),
    ]
    graph = helper.make_graph(
        nodes or default,
        "scan",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 6])
            for name in ("detection", "expected_mm2")
        ],
        [helper.make_tensor_value_info("in_scan", TensorProto.FLOAT, ["n", 6])],
        [numpy_helper.from_array(np.array([0], np.int64), "first_axis")],
    )
    opset = [helper.make_opsetid("", 18)]
    data = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    (folder / "in_scan.onnx").write_bytes(data)
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["in_scan"] = {
        "file": "in_scan.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
        "thresholds": manifest["thresholds"],
        "calibration": manifest["calibration"] | {"bias": dict.fromkeys(PROBABILITY_COLUMNS, 1.0)},
        **entry,
    }
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def manifest_entry(data: bytes, roles: tuple[str, ...]) -> dict[str, Any]:
    """The manifest that fits the model file."""
    return {
        "name": "threshold",
        "version": "1.0",
        "roles": list(roles),
        "file": "model.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
        "opset": 18,
        "input": {
            "name": "image",
            "size_px": SIZE_PX,
            "spacing_mm": 1.0,
            "slab_mm": 5.0,
            "channels": CHANNELS,
        },
        "outputs": {role: {} for role in roles},
        "embedding": {"dimension": 128, "identity": "threshold-1"},
        "thresholds": {
            "detection": dict.fromkeys(PROBABILITY_COLUMNS, 0.5),
            "segmentation_min_probability": 0.5,
            "lesion_min_ml": 0.1,
            "operating_point": "balanced",
        },
        "calibration": {
            "method": "temperature",
            "temperature": dict.fromkeys(PROBABILITY_COLUMNS, 1.0),
            "bias": dict.fromkeys(PROBABILITY_COLUMNS, 0.0),
        },
        "study": {"method": "max_of_running_mean", "slices": 2},
        "license": "Apache-2.0",
        "training_data": "none: a threshold",
        "intended_use": "tests",
    }


def build_model(
    roles: tuple[str, ...], outputs: dict[str, list[onnx.NodeProto]]
) -> onnx.ModelProto:
    """The network; `outputs` replaces the nodes that make an output."""
    nodes = [
        helper.make_node("Gather", ["image", "one"], ["wide"], axis=1),
        helper.make_node("Sub", ["wide", "low"], ["above"]),
        helper.make_node("Sub", ["high", "wide"], ["below"]),
        helper.make_node("Mul", ["above", "gain"], ["above_steep"]),
        helper.make_node("Mul", ["below", "gain"], ["below_steep"]),
        helper.make_node("Sigmoid", ["above_steep"], ["is_dense"]),
        helper.make_node("Sigmoid", ["below_steep"], ["is_no_bone"]),
        helper.make_node("Mul", ["is_dense", "is_no_bone"], ["both"]),
        helper.make_node("AveragePool", ["both"], ["blood"], kernel_shape=[3, 3], pads=[1] * 4),
    ]
    default = {
        "segmentation": [
            helper.make_node("Sub", ["unit", "blood"], ["background"]),
            helper.make_node("Mul", ["blood", "shares"], ["types"]),
            helper.make_node("Concat", ["background", "types"], ["segmentation"], axis=1),
        ],
        "detection": [
            helper.make_node("AveragePool", ["blood"], ["wide_blood"], kernel_shape=[7, 7]),
            helper.make_node("GlobalMaxPool", ["wide_blood"], ["peak"]),
            helper.make_node("Flatten", ["peak"], ["peak_flat"]),
            helper.make_node("Mul", ["peak_flat", "columns"], ["detection"]),
        ],
        "cam": [
            helper.make_node(
                "AveragePool", ["blood"], ["coarse"], kernel_shape=[8, 8], strides=[8, 8]
            ),
            helper.make_node("Mul", ["coarse", "columns_4d"], ["cam"]),
        ],
        "embedding": [
            helper.make_node(
                "AveragePool", ["wide"], ["cells"], kernel_shape=[28, 14], strides=[28, 14]
            ),
            helper.make_node("Flatten", ["cells"], ["cells_flat"]),
            helper.make_node("Add", ["cells_flat", "tiny"], ["cells_positive"]),
            helper.make_node("LpNormalization", ["cells_positive"], ["embedding"], axis=1, p=2),
        ],
    }
    shapes = {
        "segmentation": ["n", 6, SIZE_PX, SIZE_PX],
        "detection": ["n", 6],
        "cam": ["n", 6, 28, 28],
        "embedding": ["n", 128],
    }
    names = [*roles, *(["cam"] if "detection" in roles else [])]
    for name in names:
        nodes += outputs.get(name, default[name])
    columns = np.array([1.0, *TYPE_SHARES], np.float32)
    constants = {
        "one": np.array([1], np.int64),
        "low": np.float32((50 + 20) / 200),
        "high": np.float32((100 + 20) / 200),
        "gain": np.float32(400.0),
        "unit": np.float32(1.0),
        "tiny": np.float32(1e-3),
        "shares": np.array(TYPE_SHARES, np.float32).reshape(1, 5, 1, 1),
        "columns": columns.reshape(1, 6),
        "columns_4d": columns.reshape(1, 6, 1, 1),
    }
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        "threshold",
        [
            helper.make_tensor_value_info(
                "image", TensorProto.FLOAT, ["n", len(CHANNELS), SIZE_PX, SIZE_PX]
            )
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
        if outputs
        else [helper.make_tensor_value_info(n, TensorProto.FLOAT, shapes[n]) for n in names],
        [
            numpy_helper.from_array(np.asarray(value), name)
            for name, value in constants.items()
            if name in used
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8, producer_name="tests"
    )
