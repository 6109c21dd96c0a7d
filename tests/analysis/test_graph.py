"""What is refused before the runtime sees it."""

from collections.abc import Callable

import onnx
import pytest
from onnx import TensorProto, helper

from ichviewer.analysis.graph import MAX_NODES, check_graph
from ichviewer.errors import ModelError
from tests.analysis.threshold_model import build_model


def model(change: Callable[[onnx.ModelProto], None] | None = None) -> bytes:
    built = build_model(("detection", "segmentation", "embedding"), {})
    if change:
        change(built)
    return built.SerializeToString()


def test_plain_network_passes_and_is_summed_up() -> None:
    summary = check_graph(model(), "m 1")
    assert {"Gather", "Sigmoid", "Concat", "GlobalMaxPool"} <= summary.operators
    assert summary.opset == 18
    assert summary.node_count == len(build_model(("detection",), {}).graph.node) + 7


def custom_operator(m: onnx.ModelProto) -> None:
    m.graph.node.append(helper.make_node("Magic", ["image"], ["x"]))


def custom_domain(m: onnx.ModelProto) -> None:
    m.graph.node.append(helper.make_node("Relu", ["image"], ["x"], domain="com.evil"))


def custom_opset(m: onnx.ModelProto) -> None:
    m.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def future_opset(m: onnx.ModelProto) -> None:
    m.opset_import[0].version = 99


def local_functions(m: onnx.ModelProto) -> None:
    node = helper.make_node("Relu", ["a"], ["b"])
    m.functions.append(
        helper.make_function("local", "F", ["a"], ["b"], [node], [helper.make_opsetid("", 18)])
    )


def external_data(m: onnx.ModelProto) -> None:
    tensor = m.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret"


def external_constant(m: onnx.ModelProto) -> None:
    tensor = helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0])
    tensor.data_location = TensorProto.EXTERNAL
    m.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))


def endless_loop(m: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    m.graph.node.append(helper.make_node("Loop", ["", "image"], ["x"], body=body))


def hidden_subgraph(m: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    m.graph.node.append(helper.make_node("Relu", ["image"], ["x"], body=body))


def sparse_tensor(m: onnx.ModelProto) -> None:
    m.graph.sparse_initializer.add()


def too_many_steps(m: onnx.ModelProto) -> None:
    node = helper.make_node("Relu", ["image"], ["x"])
    m.graph.node.extend([node] * (MAX_NODES + 1))


def no_network(m: onnx.ModelProto) -> None:
    m.ClearField("graph")


def no_opset(m: onnx.ModelProto) -> None:
    m.ClearField("opset_import")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (custom_operator, "'Magic' is not allowed"),
        (custom_domain, "operators of 'com.evil'"),
        (custom_opset, "operators of 'com.microsoft'"),
        (future_opset, "operator set 99"),
        (local_functions, "functions"),
        (external_data, "another file"),
        (external_constant, "another file"),
        (endless_loop, "'Loop' is not allowed"),
        (hidden_subgraph, "networks inside its steps"),
        (sparse_tensor, "sparse"),
        (too_many_steps, "more than 20000 steps"),
        (no_network, "no network"),
        (no_opset, "operator set 0"),
    ],
)
def test_more_than_arithmetic_is_refused_in_words(
    change: Callable[[onnx.ModelProto], None], reason: str
) -> None:
    with pytest.raises(ModelError, match=f"m 1 was not run.*{reason}"):
        check_graph(model(change), "m 1")


def test_second_graph_field_cannot_hide_from_the_walk() -> None:
    """Protobuf merges a field given twice; both must be judged."""
    extra = onnx.ModelProto()
    extra.graph.node.append(helper.make_node("Magic", ["image"], ["x"]))
    with pytest.raises(ModelError, match="Magic"):
        check_graph(extra.SerializeToString() + model(), "m")


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"garbage, no model", b"\xff" * 40])
def test_what_is_no_onnx_file_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="was not run"):
        check_graph(content, "m")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_cut_short_is_refused(share: float) -> None:
    whole = model()
    with pytest.raises(ModelError, match="was not run"):
        check_graph(whole[: int(len(whole) * share)], "m")
