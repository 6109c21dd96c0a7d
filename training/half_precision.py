"""Weights kept in 16 bits inside an ONNX file, without changing what it computes.

ONNX Runtime turns them back into 32 bits while it loads the file and folds batch normalisation into
them as ever, so only the file becomes smaller.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: Names of weights kept in 16 bits end so.
HALF = ".half"
_LEAST_VALUES = 1024


def store_in_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store every large float32 weight that half precision holds exactly so; the others stay.

    Parameters
    ----------
    model
        With opset 9 or later. It is changed in place.
    """
    casts = []
    for weight in list(model.graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LEAST_VALUES:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        stored = weight.name + HALF
        casts.append(helper.make_node("Cast", [stored], [weight.name], to=TensorProto.FLOAT))
        model.graph.initializer.remove(weight)
        model.graph.initializer.append(numpy_helper.from_array(half, stored))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    return model
