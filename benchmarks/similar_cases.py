"""Similar cases: ``python -m benchmarks.similar_cases [--library FOLDER] [--sizes N] [--detect]``.

Search on the starter library against comparing everything: recall, time, self-match, and how
well neighbours share the labels (every case asks with itself left out). Then speed alone, on
random vectors, which are harder for an index than any real library.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer import paths, workflow
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.library.case import Case
from ichviewer.library.index import Index, build_index, forget_open_indexes, open_index
from ichviewer.library.rows import Vectors
from ichviewer.library.scale import distances
from ichviewer.library.search import PROPOSALS, Restrict, find_similar
from ichviewer.library.store import Library
from ichviewer.library.upkeep import stats

DIMENSION = 128
QUERIES = 200
TOP = 10
MODES: tuple[Restrict, ...] = ("none", "soft", "same type")
#: mL up to which a case counts as small, medium, large.
VOLUME_BINS_ML = (5.0, 30.0)

Row = dict[str, Any]


def milliseconds(step: Callable[[int], object], count: int) -> tuple[float, float]:
    """Median and 95th percentile of the time of a step."""
    times_ms = []
    for number in range(count):
        start = time.perf_counter()
        step(number)
        times_ms.append(1000 * (time.perf_counter() - start))
    return float(np.median(times_ms)), float(np.percentile(times_ms, 95))


def index_against_exact(index: Index, vectors: Vectors, queries: Vectors) -> Row:
    """Recall of the ten true neighbours after exact ranking, and both times."""
    numbers = np.arange(1, len(vectors) + 1)

    def by_index(n: int) -> NDArray[np.int64]:
        proposed = index.propose(queries[n], PROPOSALS)
        near = distances(queries[n : n + 1], vectors[proposed - 1])[0]
        return proposed[np.argsort(near, kind="stable")[:TOP]]

    def exact(n: int) -> NDArray[np.int64]:
        # The fastest way to compare everything: unit vectors, so the largest product is nearest.
        near = vectors @ queries[n]
        top = np.argpartition(-near, min(TOP, len(near) - 1))[:TOP]
        return numbers[top]

    found = [len(set(by_index(n)) & set(exact(n))) / TOP for n in range(len(queries))]
    index_ms, exact_ms = (milliseconds(step, len(queries)) for step in (by_index, exact))
    return {
        "recall at 10": round(float(np.mean(found)), 4),
        "Annoy and exact ranking, ms p50": round(index_ms[0], 3),
        "ms p95": round(index_ms[1], 3),
        "exact numpy, ms p50": round(exact_ms[0], 3),
    }


def on_random_vectors(count: int) -> Row:
    """Build, open and ask an index of random unit vectors."""
    rng = np.random.default_rng(count)
    drawn = rng.normal(size=(count + QUERIES, DIMENSION)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    vectors, queries = drawn[:count], drawn[count:]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        made = build_index(Path(folder), "random", "random", np.arange(1, count + 1), vectors)
        build_s = time.perf_counter() - start
        start = time.perf_counter()
        index = open_index(Path(folder), "random", "random", DIMENSION)
        open_ms = 1000 * (time.perf_counter() - start)
        row = index_against_exact(index, vectors, queries)
    forget_open_indexes()
    return {
        "vectors": count,
        "trees": made.trees,
        "search_k": made.search_k,
        **row,
        "build, s": round(build_s, 1),
        "open and verify, ms": round(open_ms, 1),
        "MB": round(made.annoy_bytes / 1e6, 1),
    }


def on_library(folder: Path, identity: str, cases: Sequence[Case]) -> Row:
    """Speed and recall on a real library, and whether every case finds itself."""
    with Library.open(folder) as library:
        library_id = library.library_id
        # The index answers with vector numbers; here they are turned into places in `vectors`.
        numbers = [library.vector_number(case.case_id, identity) or 0 for case in cases]
    vectors = np.stack([case.vector for case in cases])
    forget_open_indexes()
    start = time.perf_counter()
    find_similar(folder, vectors[0], identity)
    cold_ms = 1000 * (time.perf_counter() - start)
    warm_ms = milliseconds(lambda n: find_similar(folder, vectors[n], identity), len(cases))
    index = open_index(folder, library_id, identity, vectors.shape[1])
    place = {number: n for n, number in enumerate(numbers)}
    near = distances(vectors, vectors)
    found = 0
    for n, query in enumerate(vectors):
        proposed = [place[int(number)] for number in index.propose(query, PROPOSALS)]
        found += len(set(np.argsort(near[n])[:TOP]) & set(proposed))
    return {
        "cases": len(cases),
        "trees": index.manifest.trees,
        "search_k": index.manifest.search_k,
        "recall at 10": round(found / (TOP * len(cases)), 4),
        "whole search, first, ms": round(cold_ms, 1),
        "whole search, ms p50": round(warm_ms[0], 1),
        "ms p95": round(warm_ms[1], 1),
        "self-match at rank 1": self_match(folder, identity, cases),
    }


def self_match(folder: Path, identity: str, cases: Sequence[Case]) -> str:
    """Share of cases that find themselves first, though the wrong types are said to be found."""
    hits = 0
    for case in cases:
        answer = find_similar(folder, case.vector, identity, wrong_types(case.types))
        hits += answer.matches[0].case.case_id == case.case_id
    return f"{100 * hits / len(cases):.1f} %"


def wrong_types(types: Sequence[str]) -> tuple[str, ...]:
    """One type that is not there."""
    return tuple(kind.word for kind in HemorrhageType if kind.word not in types)[:1]


def detected_types(folder: Path, cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """What the models find in every case's images, by case id."""
    found = {}
    with Library.open(folder) as library:
        for case in cases:
            images = library.images_path(case)
            assert images is not None
            series = workflow.best_series(workflow.open_folder(images))
            findings = workflow.analyze(series, workflow.open_series(series))
            found[case.case_id] = tuple(kind.word for kind in findings.found_types)
    return found


def retrieval(
    folder: Path,
    identity: str,
    cases: Sequence[Case],
    mode: Restrict,
    told: tuple[str, dict[str, tuple[str, ...]]],
) -> Row:
    """How well neighbours share types, sides and sizes; every case is left out of its answer.

    `told` is what is said to be found in every case, by case id, and what to call it.
    """
    name, types = told
    rows = []
    for case in cases:
        answer = find_similar(
            folder,
            case.vector,
            identity,
            types[case.case_id],
            count=min(PROPOSALS, len(cases) - 1),
            restrict=mode,
            exclude=case.case_id,
        )
        others = [other for other in cases if other is not case]
        rows.append(scores(case, [match.case for match in answer.matches], others))
    return {"restrict": mode, "types told": name, **_named(rows)}


def _named(rows: Sequence[tuple[float, ...]]) -> Row:
    names = ("P@1", "P@5", "P@10", "mAP", "nDCG@10")
    return {n: round(float(v), 3) for n, v in zip(names, np.mean(rows, axis=0), strict=True)}


def chance(cases: Sequence[Case]) -> Row:
    """The same numbers for a random order, to read the others against."""
    rng = np.random.default_rng(0)
    rows = []
    for case in cases:
        others = [other for other in cases if other is not case]
        for _ in range(5):
            rows.append(scores(case, [others[n] for n in rng.permutation(len(others))], others))
    return {"restrict": "random order", "types told": "-", **_named(rows)}


def scores(case: Case, ranked: Sequence[Case], others: Sequence[Case]) -> tuple[float, ...]:
    """P@1, P@5, P@10, average precision of what was ranked, by a shared type; graded nDCG@10."""
    hits = np.array([shares_type(case, other) for other in ranked], dtype=float)
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    relevant = sum(shares_type(case, other) for other in others)
    average = float((precision * hits).sum() / relevant) if relevant else 0.0
    gains = np.array([gain(case, other) for other in ranked[:TOP]])
    best = np.sort([gain(case, other) for other in others])[::-1][:TOP]
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    ndcg = float(gains @ discount[: len(gains)] / max(float(best @ discount[: len(best)]), 1e-9))
    return (precision[0], *(float(hits[:k].mean()) for k in (5, 10)), average, ndcg)


def shares_type(first: Case, second: Case) -> bool:
    """Whether two cases show a common type, or both none."""
    return bool(set(first.types) & set(second.types)) or not (first.types or second.types)


def gain(first: Case, second: Case) -> float:
    """Jaccard of the types; half of it needs no more, a quarter each the side and the size."""
    both = set(first.types) | set(second.types)
    if not both:
        return 1.0
    jaccard = len(set(first.types) & set(second.types)) / len(both)
    same_size = size_of(first) == size_of(second)
    return jaccard * (0.5 + 0.25 * (first.side == second.side) + 0.25 * same_size)


def size_of(case: Case) -> int:
    """Small, medium or large by all its mL."""
    return int(np.searchsorted(VOLUME_BINS_ML, sum(case.volumes_ml.values())))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=paths.starter_library_folder())
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--detect", action="store_true", help="also tell what the models find")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    held = stats(given.library)
    identity = max(held.identities, key=lambda name: held.identities[name])
    with Library.open(given.library) as library:
        cases = [case for case in library.list(identity) if case.vector.size]
    result: dict[str, list[Row]] = {"library": [on_library(given.library, identity, cases)]}
    result["retrieval"] = [chance(cases)]
    told = {
        "true": {case.case_id: case.types for case in cases},
        "wrong": {case.case_id: wrong_types(case.types) for case in cases},
    }
    if given.detect:
        told["detected"] = detected_types(given.library, cases)
    for mode in MODES:
        for name, types in told.items():
            if mode != "none" or name == "true":
                row = retrieval(given.library, identity, cases, mode, (name, types))
                result["retrieval"].append(row)
    result["random vectors"] = [on_random_vectors(size) for size in given.sizes]
    for title, rows in result.items():
        print(f"\n{title}")
        for row in rows:
            print("  " + "   ".join(f"{name} {value}" for name, value in row.items()))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
