"""A model runs from checked bytes only, and what it says is believed only where it can be true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from ichviewer.analysis.model import BATCH_SLABS, DeviceFailed, load_model
from ichviewer.errors import ModelError
from ichviewer.progress import Cancelled
from tests.analysis.threshold_model import CHANNELS, SIZE_PX, write_model


def image(slabs: int = 3) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.random((slabs, len(CHANNELS), SIZE_PX, SIZE_PX)).astype(np.float32)


def test_all_outputs_for_all_slabs(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="cpu", threads=1)
    outputs = model.run(image(BATCH_SLABS + 1))
    assert {name: values.shape for name, values in outputs.items()} == {
        "detection": (5, 6),
        "segmentation": (5, 6, SIZE_PX, SIZE_PX),
        "embedding": (5, 128),
        "cam": (5, 6, 28, 28),
    }
    np.testing.assert_allclose(outputs["segmentation"].sum(axis=1), 1, atol=1e-5)


def test_batches_do_not_change_the_answer(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="cpu", threads=1)
    pictures = image(6)
    together = model.run(pictures)
    alone = model.run(pictures[4:5])
    np.testing.assert_allclose(together["detection"][4], alone["detection"][0], atol=1e-6)


def test_who_speaks_and_where(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="auto", threads=1)
    assert model.info().name == "threshold"
    assert model.info().sha256 == json.loads((tmp_path / "manifest.json").read_text())["sha256"]
    device = model.session.get_providers()[0]
    assert (model.info().device == "CPU (1 thread)") == (device == "CPUExecutionProvider")


def test_device_that_is_not_there_falls_back_and_says_so(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="CoreML", threads=2)
    if model.session.get_providers()[0] == "CPUExecutionProvider":
        assert model.info().device == "CPU (2 threads)"


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    path = tmp_path / "model.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelError, match=r"altered or damaged.*SHA-256"):
        load_model(tmp_path)


def test_other_size_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    path = tmp_path / "model.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match=r"altered or damaged.*size"):
        load_model(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"incomplete: .*model\.onnx is missing"):
        load_model(tmp_path)


def test_model_that_does_not_fit_its_manifest_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, roles=("detection",))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["roles"] = ["detection", "segmentation"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="no output named segmentation"):
        load_model(tmp_path)


def test_other_input_than_described_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["input"]["size_px"] = 256
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="does not take the input"):
        load_model(tmp_path)


def test_graph_that_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    def unknown_input(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Relu", ["nowhere"], ["x"]))

    write_model(tmp_path, change_graph=unknown_input)
    with pytest.raises(ModelError, match="cannot be loaded by the runtime"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("output", "nodes", "reason"),
    [
        (
            "detection",
            [
                helper.make_node("Log", ["blood"], ["logs"]),
                helper.make_node("GlobalMaxPool", ["logs"], ["peak"]),
                helper.make_node("Flatten", ["peak"], ["flat"]),
                helper.make_node("Mul", ["flat", "columns"], ["detection"]),
            ],
            "outside 0 to 1|not finite",
        ),
        (
            "detection",
            [
                helper.make_node("Sub", ["unit", "unit"], ["zero"]),
                helper.make_node("Div", ["zero", "zero"], ["nan"]),
                helper.make_node("GlobalMaxPool", ["blood"], ["peak"]),
                helper.make_node("Flatten", ["peak"], ["flat"]),
                helper.make_node("Mul", ["flat", "columns"], ["good"]),
                helper.make_node("Add", ["good", "nan"], ["detection"]),
            ],
            "not finite",
        ),
        (
            "segmentation",
            [helper.make_node("Concat", ["blood"] * 6, ["segmentation"], axis=1)],
            "do not sum to 1",
        ),
        (
            "segmentation",
            [helper.make_node("Identity", ["blood"], ["segmentation"])],
            "shape",
        ),
        (
            "embedding",
            [
                helper.make_node(
                    "AveragePool", ["wide"], ["cells"], kernel_shape=[28, 14], strides=[28, 14]
                ),
                helper.make_node("Flatten", ["cells"], ["embedding"]),
            ],
            "not of length 1",
        ),
    ],
)
def test_output_that_cannot_be_true_is_a_failure_not_a_negative(
    tmp_path: Path, output: str, nodes: list, reason: str
) -> None:
    write_model(tmp_path, outputs={output: nodes})
    model = load_model(tmp_path, device="cpu", threads=1)
    with pytest.raises(ModelError, match=rf"AI failed.*{output}.*({reason}).*says nothing"):
        model.run(image())


def test_runtime_failure_is_told_and_another_device_may_be_tried(tmp_path: Path) -> None:
    eleven = numpy_helper.from_array(np.array([11, -1], np.int64))
    nodes = [
        helper.make_node("Constant", [], ["eleven"], value=eleven),
        helper.make_node("Reshape", ["blood", "eleven"], ["rows"]),  # 11 does not divide it
        helper.make_node("ReduceMax", ["rows"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["peak", "columns"], ["detection"]),
    ]
    model = load_model(write_model(tmp_path, outputs={"detection": nodes}), device="cpu", threads=1)
    with pytest.raises(ModelError, match=r"AI failed.*stopped on CPU.*says nothing") as caught:
        model.run(image())
    assert not isinstance(caught.value, DeviceFailed)
    with pytest.raises(DeviceFailed, match="stopped on CUDA"):
        replace(model, device="CUDA").run(image())


def test_cancel_ends_the_run(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="cpu", threads=1)
    seen = []

    def progress(done: int, total: int, what: str) -> None:
        seen.append((done, total))
        if done >= BATCH_SLABS:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        model.run(image(4 * BATCH_SLABS), progress)
    assert seen[0] == (0, 4 * BATCH_SLABS)
    assert max(done for done, _ in seen) == BATCH_SLABS


def test_cancel_reaches_into_a_long_run(tmp_path: Path) -> None:
    """One batch that would take long is ended by the runtime itself, not waited for."""

    nodes, last = [], "blood"
    for step in range(3000):
        nodes.append(
            helper.make_node(
                "AveragePool", [last], [f"s{step}"], kernel_shape=[31, 31], pads=[15] * 4
            )
        )
        last = f"s{step}"
    nodes += [
        helper.make_node("GlobalMaxPool", [last], ["peak"]),
        helper.make_node("Flatten", ["peak"], ["flat"]),
        helper.make_node("Mul", ["flat", "columns"], ["detection"]),
    ]
    write_model(tmp_path, outputs={"detection": nodes})
    model = load_model(tmp_path, device="cpu", threads=1)
    calls = []

    def progress(done: int, total: int, what: str) -> None:
        calls.append(done)
        if len(calls) == 3:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        model.run(image(1), progress)
    assert calls == [0, 0, 0]
