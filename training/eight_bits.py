"""Weights kept in 8 bits inside an ONNX file; what computes with them stays in 32 bits.

Every output channel has a scale of its own. ONNX Runtime multiplies the weights out while it loads
the file and folds batch normalisation into them as ever, so only the file becomes smaller.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.fields import Floats

#: Names of what is kept of a weight end so.
INTEGERS, SCALES = ".int8", ".scale"
_LEAST_VALUES = 1024
_MOST = 127
_SCALE_BITS = 11


def is_large(shape: tuple[int, ...]) -> bool:
    """Whether weights of this shape [O, ...] are kept in 8 bits: those that fill a file."""
    return len(shape) > 1 and int(np.prod(shape)) >= _LEAST_VALUES


def rounded(values: Floats) -> Floats:
    """Weights [O, ...] on a grid of 255 steps for each output channel."""
    integers, scales = _taken_apart(values)
    return integers.astype(np.float32) * scales


def store_in_eight_bits(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store every large weight that has been rounded in 8 bits; the others stay as they are.

    Parameters
    ----------
    model
        With opset 9 or later. It is changed in place and computes the same.
    """
    nodes = []
    for weight in list(model.graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or not is_large(values.shape):
            continue
        if not np.array_equal(rounded(values), values):
            continue
        name, wide = weight.name, f"{weight.name}.wide"
        stored = dict(zip((name + INTEGERS, name + SCALES), _taken_apart(values), strict=True))
        nodes += [
            helper.make_node("Cast", [name + INTEGERS], [wide], to=TensorProto.FLOAT),
            helper.make_node("Mul", [wide, name + SCALES], [name]),
        ]
        model.graph.initializer.remove(weight)
        model.graph.initializer.extend(numpy_helper.from_array(v, n) for n, v in stored.items())
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    return model


def stored_weights(model: onnx.ModelProto) -> dict[str, Floats]:
    """All weights of a model by name, in 32 bits, however they are kept."""
    kept = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    weights = {
        name: values.astype(np.float32)
        for name, values in kept.items()
        if not name.endswith((INTEGERS, SCALES))
    }
    for name, integers in kept.items():
        if name.endswith(INTEGERS):
            whole = name.removesuffix(INTEGERS)
            weights[whole] = integers.astype(np.float32) * kept[whole + SCALES]
    return weights


def _taken_apart(values: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Integers of -127 to 127, and a scale of few binary digits for each of the first axis.

    With so few digits its products with integers are exact, so rounding twice changes nothing.
    """
    highest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
    fraction, exponent = np.frexp(highest / _MOST)
    scales = np.ldexp(np.rint(fraction * 2**_SCALE_BITS) / 2**_SCALE_BITS, exponent)
    scales = np.where(scales > 0, scales, 1.0).astype(np.float32)
    integers = np.clip(np.rint(values / scales), -_MOST, _MOST).astype(np.int8)
    return integers, scales
