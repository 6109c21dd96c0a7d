"""How cases and vectors look in the database's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.library.case import Case

#: Columns of a case's own row, in the order of `case_row`.
CASE_COLUMNS = (
    "case_id, side, site, label_source, is_simulated, largest_slice, series_path, age_band, sex,"
    " note"
)

_VALUES_PER_STATEMENT = 500
#: A stored vector is rounded to float32; a length further from 1 than this is damage.
_UNIT_TOLERANCE = 1e-3

Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]


def case_row(case: Case) -> tuple[Any, ...]:
    """Values of `CASE_COLUMNS`."""
    return (
        *(case.case_id, case.side, case.site, case.label_source, int(case.is_simulated)),
        *(case.largest_slice, case.series_path, case.age_band, case.sex, case.note),
    )


def case_from_row(row: tuple[Any, ...], labels: dict[str, float | None]) -> Case:
    """A case from its number, thumbnail, vector and `CASE_COLUMNS`, and its mL by type."""
    _, png, vector, case_id, side, site, source, simulated, largest, path, age, sex, note = row
    return Case(
        case_id=case_id,
        types=tuple(labels),
        volumes_ml={kind: ml for kind, ml in labels.items() if ml is not None},
        side=side,
        site=site,
        label_source=source,
        is_simulated=bool(simulated),
        largest_slice=largest,
        thumbnail_png=png or b"",
        vector=np.frombuffer(vector or b"", dtype="<f4"),
        series_path=path,
        age_band=age,
        sex=sex,
        note=note,
    )


def concordance(
    found_types: Collection[str], concordant: bool | None
) -> tuple[str, tuple[str, ...]]:
    """SQL condition on a row of `vectors`, and its parameters."""
    if concordant is None:
        return "", ()
    kinds = tuple(sorted(found_types))
    named = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    shows = f"EXISTS (SELECT 1 FROM labels WHERE labels.case_number = vectors.case_number{named})"
    wanted = concordant if kinds else not concordant
    return f" AND {'' if wanted else 'NOT '}{shows}", kinds


def in_parts(numbers: Sequence[int]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Numbers in parts that fit one statement, with as many question marks."""
    for start in range(0, len(numbers), _VALUES_PER_STATEMENT):
        part = tuple(int(number) for number in numbers[start : start + _VALUES_PER_STATEMENT])
        yield part, ", ".join("?" * len(part))


def vector_blob(vector: Vectors) -> bytes | None:
    """A vector as it is stored, None where it is no finite vector of length 1."""
    stored = np.ascontiguousarray(vector, dtype="<f4")
    return stored.tobytes() if is_unit_vector(stored) else None


def vectors_from_blobs(blobs: Sequence[bytes]) -> Vectors | None:
    """(n, D) stored vectors, None where they are damaged."""
    if len({len(blob) for blob in blobs}) > 1 or (blobs and len(blobs[0]) % 4):
        return None
    vectors = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1 if blobs else 0)
    return vectors if _are_unit_vectors(vectors) else None


def is_unit_vector(vector: NDArray[Any]) -> bool:
    """Whether an array is one finite L2-normalised vector."""
    return vector.ndim == 1 and vector.size > 0 and _are_unit_vectors(vector[None])


def _are_unit_vectors(vectors: NDArray[Any]) -> bool:
    squares = np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64)
    return bool(np.all(np.abs(squares - 1.0) < 2 * _UNIT_TOLERANCE))
