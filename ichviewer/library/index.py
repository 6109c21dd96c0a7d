"""The search index, a cache that proposes neighbours: the only home of Annoy.

A generation holds `manifest.json`, `vectors.ann`, and `numbers.npy` with the vector number of
every Annoy item. A damaged Annoy file is a segmentation fault, and one truncated while mapped a
bus error: so a file is copied once, checked on the way, and only the private copy is mapped.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from annoy import AnnoyIndex
from numpy.typing import NDArray

from ichviewer.errors import LibraryError
from ichviewer.language import tr
from ichviewer.library.generation import (
    copy_verified,
    current_generation,
    make_durable,
    new_generation,
    remove_old_generations,
    write_durably,
)
from ichviewer.library.manifest import Manifest
from ichviewer.library.scale import distances, measure_scale, sample_rows
from ichviewer.progress import Progress, silent

INDEX_FOLDER = "index"
FORMAT = 1
METRIC: Literal["angular"] = "angular"
RECALL_AT = 10
#: The first setting that reaches this recall on the library's own cases is kept.
RECALL_GOAL = 0.99

_SEED = 1
_TREES = (10, 25, 50, 100)
_SEARCH_K = (1_000, 3_000, 10_000, 30_000)
_RECALL_QUERIES = 200
_MANIFEST_BYTES = 1 << 20
#: Younger generations may still be read or built by another process.
_OLD_SECONDS = 3600.0
_SAME_VECTOR = 1e-5


class IndexProblem(LibraryError):
    """The index cannot be used; the text is the note beside the exact answer."""

    def __init__(self, state: str) -> None:
        super().__init__(
            tr(
                "The search index is {state}: every case was compared instead, which gives "
                "the same answer and takes longer. Rebuild the library's index to be fast "
                "again.",
                state=state,
            )
        )


class Index:
    """A verified index, mapped from a private copy."""

    def __init__(self, manifest: Manifest, annoy: AnnoyIndex, numbers: NDArray[np.int64]) -> None:
        self.manifest = manifest
        self._annoy = annoy
        self._numbers = numbers

    def propose(self, query: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """(n,) vector numbers of likely neighbours, at most `count`, in no binding order."""
        items = self._annoy.get_nns_by_vector(query.tolist(), count, self.manifest.search_k)
        return self._numbers[items]

    def holds(self, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> bool:
        """Whether the index was built from these very vectors under these numbers."""
        items = np.searchsorted(self._numbers, numbers)
        return all(
            np.allclose(self._annoy.get_item_vector(int(item)), vector, atol=_SAME_VECTOR)
            for item, vector in zip(items, vectors, strict=True)
        )


def open_index(library_folder: Path, library_id: str, identity: str, dimension: int) -> Index:
    """Verify and map the current index.

    Raises
    ------
    IndexProblem
        Where it is missing, damaged, or made for another library or model.
    """
    try:
        generation = current_generation(library_folder / INDEX_FOLDER)
        with (generation / "manifest.json").open("rb") as file:
            manifest = Manifest.from_json(file.read(_MANIFEST_BYTES).decode())
    except FileNotFoundError as error:
        raise IndexProblem(tr("missing")) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexProblem(tr("damaged")) from error
    if (manifest.format, manifest.metric) != (FORMAT, METRIC):
        raise IndexProblem(tr("made by another version of the program"))
    if (manifest.identity, manifest.dimension) != (identity, dimension):
        raise IndexProblem(tr("made for another model"))
    if manifest.library_id != library_id:
        raise IndexProblem(tr("made for another library"))
    try:
        return _load(generation, manifest)
    except (OSError, ValueError) as error:
        raise IndexProblem(tr("damaged")) from error


def build_index(
    library_folder: Path,
    library_id: str,
    identity: str,
    numbers: NDArray[np.int64],
    vectors: NDArray[np.float32],
    *,
    progress: Progress = silent,
    old_seconds: float = _OLD_SECONDS,
) -> Manifest:
    """Build a new generation beside the old one, then switch to it.

    Parameters
    ----------
    library_folder, library_id, identity
        Where, and what the index belongs to.
    numbers, vectors
        (n,) ascending vector numbers and (n, D) L2-normalised vectors, n > 0.
    progress
        Called once for every number of trees that is tried.
    old_seconds
        Former generations that have reached this age are removed.

    Raises
    ------
    LibraryError
        Where the index cannot be written.
    """
    folder = library_folder / INDEX_FOLDER
    numbers_npy = BytesIO()
    np.save(numbers_npy, numbers.astype("<i8"), allow_pickle=False)
    with new_generation(folder) as generation:
        path = generation / "vectors.ann"
        trees, search_k, recall = _save_annoy(path, vectors, progress)
        make_durable(path)
        manifest = Manifest(
            format=FORMAT,
            library_id=library_id,
            identity=identity,
            dimension=vectors.shape[1],
            count=len(vectors),
            last_number=int(numbers[-1]),
            metric=METRIC,
            trees=trees,
            search_k=search_k,
            recall_at_10=recall,
            annoy_sha256=_sha256(path),
            annoy_bytes=path.stat().st_size,
            numbers_sha256=hashlib.sha256(numbers_npy.getvalue()).hexdigest(),
            scale=measure_scale(vectors[sample_rows(len(vectors))], (vectors,)),
        )
        write_durably(generation / "numbers.npy", numbers_npy.getvalue())
        write_durably(generation / "manifest.json", manifest.to_json().encode())
    remove_old_generations(folder, old_seconds)
    return manifest


# A generation never changes, so a verified private copy stays right for the process's life.
@lru_cache(maxsize=2)
def _load(generation: Path, manifest: Manifest) -> Index:
    numbers_npy = (generation / "numbers.npy").read_bytes()
    if hashlib.sha256(numbers_npy).hexdigest() != manifest.numbers_sha256:
        raise ValueError("numbers.npy is not what the manifest says")
    numbers = np.load(BytesIO(numbers_npy), allow_pickle=False)
    if numbers.shape != (manifest.count,):
        raise ValueError("numbers.npy does not fit the manifest")
    private = tempfile.TemporaryDirectory(prefix="ichviewer-index-", ignore_cleanup_errors=True)
    annoy = AnnoyIndex(manifest.dimension, METRIC)
    try:
        copy = Path(private.name) / "vectors.ann"
        copy_verified(generation / copy.name, copy, manifest.annoy_bytes, manifest.annoy_sha256)
        annoy.load(str(copy))
        if annoy.get_n_items() != manifest.count:
            raise ValueError("vectors.ann does not hold the vectors that the manifest says")
    except (OSError, ValueError):
        _release(annoy, private)
        raise
    index = Index(manifest, annoy, numbers.astype(np.int64))
    if os.name == "nt":
        # A mapped file cannot be removed there before it is unmapped.
        weakref.finalize(index, _release, annoy, private)
    else:
        private.cleanup()
    return index


def forget_open_indexes() -> None:
    """Drop the private copies, so that the next opening reads the files again."""
    _load.cache_clear()


def _release(annoy: AnnoyIndex, private: tempfile.TemporaryDirectory[str]) -> None:
    annoy.unload()
    private.cleanup()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save_annoy(
    path: Path, vectors: NDArray[np.float32], progress: Progress
) -> tuple[int, int, float]:
    """Save the first index that finds enough true neighbours; return trees, search_k, recall."""
    rows = sample_rows(len(vectors), _RECALL_QUERIES)
    truth = [_nearest_others(vectors, int(row)) for row in rows]
    for step, trees in enumerate(_TREES):
        progress(step, len(_TREES), tr("building the search index"))
        annoy = AnnoyIndex(vectors.shape[1], METRIC)
        annoy.set_seed(_SEED)
        for item, vector in enumerate(vectors):
            annoy.add_item(item, vector.tolist())
        # One thread and a fixed seed: the same vectors give the same file, byte for byte.
        annoy.build(trees, n_jobs=1)
        for search_k in _SEARCH_K:
            recall = _recall(annoy, vectors, rows, truth, search_k)
            if recall >= RECALL_GOAL:
                break
        if recall >= RECALL_GOAL:
            break
    annoy.save(str(path))
    return trees, search_k, recall


def _nearest_others(vectors: NDArray[np.float32], row: int) -> NDArray[np.float64]:
    """Ascending distances of one row to its ten nearest other rows."""
    others = np.delete(distances(vectors[row : row + 1], vectors)[0], row)
    return np.sort(others)[:RECALL_AT]


def _recall(
    annoy: AnnoyIndex,
    vectors: NDArray[np.float32],
    rows: NDArray[np.intp],
    truth: list[NDArray[np.float64]],
    search_k: int,
) -> float:
    """Share of the ten true neighbours that Annoy proposes; ties count as found."""
    found = 0
    for row, nearest in zip(rows, truth, strict=True):
        items = annoy.get_nns_by_item(int(row), RECALL_AT + 1, search_k)
        others = vectors[[item for item in items if item != row]]
        reached = np.sort(distances(vectors[row : row + 1], others)[0])[: len(nearest)]
        found += int(np.sum(reached <= nearest[-1] + _SAME_VECTOR)) if len(nearest) else 0
    wanted = sum(len(nearest) for nearest in truth)
    return found / wanted if wanted else 1.0
