"""The study's vector: the slabs' vectors, weighted by how probably each holds hemorrhage."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Keeps a study without any suspicious slab comparable: its vector is then the plain mean.
_BASE_WEIGHT = 0.01


def study_embedding(slab_embeddings: Floats, any_probability: Floats) -> Floats:
    """Probability-weighted mean of the slabs' vectors, of length 1 again.

    Parameters
    ----------
    slab_embeddings
        (N, D) L2-normalised.
    any_probability
        (N,) calibrated probability of any hemorrhage on each slab.

    Returns
    -------
    (D,) float32 of length 1.
    """
    weights = any_probability.astype(np.float64) + _BASE_WEIGHT
    mean = weights @ slab_embeddings.astype(np.float64)
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
