"""What a network for whole scans hears: the answers of the first network to all slabs."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.manifest import Role
from ichviewer.analysis.prepare import InputSpec

Floats = NDArray[np.float32]

#: Its output, (N, 6) probabilities by slab; also its name among a model's outputs.
IN_SCAN = "in_scan"


def slab_answers(outputs: dict[str, Floats], spec: InputSpec) -> dict[str, Floats]:
    """The second network's inputs.

    Parameters
    ----------
    outputs
        `detection` (N, 6) and `segmentation` (N, 6, S, S), slabs from feet to head.
    spec
        The first network's input, for the size of its pixels.

    Returns
    -------
    `detection` as it is, and `expected_mm2` (N, 6): the area of any hemorrhage and of each type on
    a slab, every pixel by its probability.
    """
    share = outputs[Role.SEGMENTATION].sum(axis=(2, 3), dtype=np.float64)
    share[:, 0] = share[:, 1:].sum(axis=1)
    expected_mm2 = (share * spec.spacing_mm**2).astype(np.float32)
    return {"detection": outputs[Role.DETECTION], "expected_mm2": expected_mm2}
