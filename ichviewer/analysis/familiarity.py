"""How far a study's vector lies from the studies that a model knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.entries import EntryError, mapping, number
from ichviewer.language import tr

Floats = NDArray[np.float32]

_MOST_CENTRES = 256


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The neighbourhood of the vectors that a model knows.

    Parameters
    ----------
    centres
        (M, D) float32 of length 1: centres of the known studies' vectors.
    warned_distance
        From this distance (Euclidean, 0-2) to the nearest centre on, a study is unlike them.
    warned_share
        Share of held-out studies that lie nearer.
    """

    centres: Floats
    warned_distance: float
    warned_share: float

    def distance(self, vector: Floats) -> float:
        """Euclidean distance of a study's vector (D,) to the nearest centre."""
        return float(np.linalg.norm(self.centres - vector, axis=1).min())


def read_familiarity(embedding: Mapping[str, Any], dimension: int) -> Familiarity | None:
    """Read the entry `known` of a manifest's `embedding`; None where it has none."""
    if "known" not in embedding:
        return None
    known = mapping(embedding["known"], "embedding.known")
    try:
        centres = np.asarray(known.get("centres"), dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise EntryError(tr("embedding.known.centres is no list of vectors")) from error
    if centres.ndim != 2 or centres.shape[1] != dimension or len(centres) > _MOST_CENTRES:
        raise EntryError(
            tr(
                "embedding.known.centres is not 1 to {most} vectors of {dimension} numbers",
                most=_MOST_CENTRES,
                dimension=dimension,
            )
        )
    lengths = np.linalg.norm(centres, axis=1)
    if not np.isfinite(lengths).all() or not np.allclose(lengths, 1.0, atol=0.01):
        raise EntryError(tr("embedding.known.centres are not of length 1"))
    return Familiarity(
        centres=centres,
        warned_distance=number(known, "warned_distance", 0.0, 2.0, within="embedding.known"),
        warned_share=number(known, "warned_share", 0.5, 1.0, within="embedding.known"),
    )
