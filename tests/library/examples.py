"""Small libraries of random vectors, and the plain answer to compare a search with."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.library.case import Case
from ichviewer.library.store import Library

IDENTITY = "model-a/prepare-1"
DIMENSION = 32
KINDS = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")


def unit_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def types_for(number: int) -> tuple[str, ...]:
    """Every sixth case negative, every third with two types."""
    if number % 6 == 5:
        return ()
    first = KINDS[number % 5]
    second = KINDS[(number + 2) % 5]
    return tuple(sorted({first, second})) if number % 3 == 0 else (first,)


def make_case(
    number: int, vector: NDArray[np.float32], types: tuple[str, ...] | None = None
) -> Case:
    types = types_for(number) if types is None else types
    return Case(
        case_id=f"case-{number:04d}",
        types=types,
        volumes_ml=dict.fromkeys(types, 1.5 + number),
        side="left" if types else "",
        site="frontal" if types else "",
        label_source="drawn at random",
        is_simulated=True,
        largest_slice=number % 30,
        thumbnail_png=b"\x89PNG" + bytes([number % 256]),
        vector=vector,
        series_path=f"cases/case-{number:04d}.dcm",
        age_band="60-69",
        sex="F",
        note="",
    )


def make_library(folder: Path, count: int = 60, seed: int = 0) -> NDArray[np.float32]:
    """A library without an index; returns its (count, D) vectors in the order of its cases."""
    vectors = unit_vectors(count, seed)
    with Library.create(folder) as library:
        library.add_all((make_case(n, vector) for n, vector in enumerate(vectors)), IDENTITY)
    return vectors


def nearest_ids(
    vectors: NDArray[np.float32], query: NDArray[np.float32], count: int
) -> tuple[list[str], NDArray[np.float64]]:
    """Case ids and distances by comparing everything in float64."""
    reached = np.linalg.norm(vectors.astype(np.float64) - query.astype(np.float64), axis=1)
    order = np.argsort(reached, kind="stable")[:count]
    return [f"case-{number:04d}" for number in order], reached[order]
