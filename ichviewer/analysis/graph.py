"""Looks into an ONNX file before the runtime does, and refuses what no model of ours needs.

The runtime reads external files that a model names, unfolds chains of local functions until the
process dies, and loops for ever where a model says so. A model is only sums, products and
resampling, so everything else is refused by the names in the file. The walk reads the protobuf wire
format (field numbers of onnx.proto3) and judges *every* occurrence of a field, so a field given
twice cannot hide from it; the `onnx` package is not needed at run time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ichviewer.errors import ModelError
from ichviewer.language import tr

_PLAIN_ARITHMETIC = """
    Abs Add AveragePool BatchNormalization Cast Ceil Clip Concat Constant ConstantOfShape Conv
    ConvTranspose DepthToSpace DequantizeLinear Div Dropout Elu Equal Erf Exp Expand Flatten
    Floor Gather Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GroupNormalization
    HardSigmoid HardSwish Identity InstanceNormalization LayerNormalization LeakyRelu Less Log
    LpNormalization MatMul Max MaxPool Mean Min Mish Mul Neg PRelu Pad Pow QuantizeLinear
    Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceSum
    ReduceSumSquare Relu Reshape Resize Shape Sigmoid Sign Slice Softmax Softplus SpaceToDepth
    Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Where
"""
ALLOWED_OPERATORS: frozenset[str] = frozenset(_PLAIN_ARITHMETIC.split())
MAX_NODES = 20_000
MAX_OPSET = 23

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# Field numbers of onnx.proto3.
_MODEL_GRAPH, _MODEL_OPSET, _MODEL_TRAINING, _MODEL_FUNCTIONS = 7, 8, 20, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2


@dataclass
class GraphSummary:
    """What was met on the walk."""

    operators: set[str] = field(default_factory=set)
    node_count: int = 0
    opset: int = 0


class _Malformed(Exception):
    """The bytes are no ONNX file, or one that is refused; the text says which."""


def check_graph(model: bytes, name: str) -> GraphSummary:
    """Refuse a model whose file holds more than plain arithmetic.

    Parameters
    ----------
    model
        The whole ONNX file.
    name
        What the sentence calls it.

    Raises
    ------
    ModelError
        For anything that is no ONNX file, for operators that are not allowed, custom domains,
        local functions, subgraphs, sparse or external tensors, too many nodes, an opset that is
        too new.
    """
    summary = GraphSummary()
    graphs = 0
    try:
        for number, value in _fields(memoryview(model)):
            if number == _MODEL_GRAPH:
                graphs += 1
                _walk_graph(_message(value), summary)
            elif number == _MODEL_OPSET:
                _walk_opset(_message(value), summary)
            elif number in (_MODEL_TRAINING, _MODEL_FUNCTIONS):
                raise _Malformed(tr("it brings functions or training steps of its own"))
        if not graphs or not summary.node_count:
            raise _Malformed(tr("it holds no network"))
        if not 1 <= summary.opset <= MAX_OPSET:
            raise _Malformed(tr("it is written for operator set {opset}", opset=summary.opset))
    except _Malformed as error:
        raise ModelError(
            tr(
                "The model {name} was not run: {error}. Use a model made for this program.",
                name=name,
                error=error,
            )
        ) from error
    return summary


def _walk_opset(message: memoryview, summary: GraphSummary) -> None:
    for number, value in _fields(message):
        if number == _OPSET_DOMAIN and _text(value) not in ("", "ai.onnx"):
            raise _Malformed(tr("it needs operators of {domain!r}", domain=_text(value)))
        if number == _OPSET_VERSION and isinstance(value, int):
            summary.opset = max(summary.opset, value)


def _walk_graph(message: memoryview, summary: GraphSummary) -> None:
    for number, value in _fields(message):
        if number == _GRAPH_NODE:
            summary.node_count += 1
            if summary.node_count > MAX_NODES:
                raise _Malformed(tr("it has more than {most} steps", most=MAX_NODES))
            _walk_node(_message(value), summary)
        elif number == _GRAPH_INITIALIZER:
            _walk_tensor(_message(value))
        elif number == _GRAPH_SPARSE:
            raise _Malformed(tr("it holds sparse tensors"))


def _walk_node(message: memoryview, summary: GraphSummary) -> None:
    for number, value in _fields(message):
        if number == _NODE_OPERATOR:
            operator = _text(value)
            if operator not in ALLOWED_OPERATORS:
                raise _Malformed(tr("its operator {operator!r} is not allowed", operator=operator))
            summary.operators.add(operator)
        elif number == _NODE_DOMAIN and _text(value) not in ("", "ai.onnx"):
            raise _Malformed(tr("it needs operators of {domain!r}", domain=_text(value)))
        elif number == _NODE_ATTRIBUTE:
            _walk_attribute(_message(value))


def _walk_attribute(message: memoryview) -> None:
    for number, value in _fields(message):
        if number in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
            _walk_tensor(_message(value))
        elif number in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
            raise _Malformed(tr("it holds networks inside its steps"))
        elif number in (_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES):
            raise _Malformed(tr("it holds sparse tensors"))


def _walk_tensor(message: memoryview) -> None:
    for number, value in _fields(message):
        if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != 0):
            raise _Malformed(tr("it keeps its numbers in another file"))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers and values of one protobuf message; sub-messages stay as bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == _BYTES:
            length, at = _varint(message, at)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise _Malformed(tr("it is no ONNX file"))
        if length > len(message) - at:
            raise _Malformed(tr("its file is cut short or no ONNX file"))
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise _Malformed(tr("its file is cut short or no ONNX file"))
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _Malformed(tr("it is no ONNX file"))


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise _Malformed(tr("it is no ONNX file"))
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)[:200]).decode("utf-8", errors="replace")
