"""What one generation of the search index holds, as text beside it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from ichviewer.library.scale import Scale


@dataclass(frozen=True)
class Manifest:
    """What one generation of the index holds.

    Parameters
    ----------
    format
        Version of this layout.
    library_id, identity
        Which library, and what made the vectors.
    dimension, count, last_number
        Length and number of the vectors; the largest vector number among them.
    metric, trees, search_k, recall_at_10
        How Annoy was built, and the share of the ten true neighbours that it then finds.
    annoy_sha256, annoy_bytes, numbers_sha256
        The files.
    scale
        Distances within the library when the index was built.
    """

    format: int
    library_id: str
    identity: str
    dimension: int
    count: int
    last_number: int
    metric: str
    trees: int
    search_k: int
    recall_at_10: float
    annoy_sha256: str
    annoy_bytes: int
    numbers_sha256: str
    scale: Scale

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read and check; raises ValueError, KeyError or TypeError where it makes no sense."""
        entries = json.loads(text)
        scale = entries.pop("scale")
        quantiles = tuple(float(q) for q in scale["pair_quantiles"])
        manifest = cls(scale=Scale(float(scale["far_distance"]), quantiles), **entries)
        if not all(type(number) is int and number > 0 for number in manifest._counts()):
            raise ValueError("a count in the manifest is no whole number above zero")
        if np.any(np.diff(quantiles) < 0) or not math.isfinite(sum(quantiles)):
            raise ValueError("the distances in the manifest do not ascend")
        return manifest

    def _counts(self) -> tuple[int, ...]:
        return (
            *(self.format, self.dimension, self.count, self.last_number),
            *(self.trees, self.search_k, self.annoy_bytes),
        )
