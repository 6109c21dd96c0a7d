"""Cases like this one: the index proposes, exact distances rank, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ichviewer.errors import LibraryError
from ichviewer.language import tr
from ichviewer.library.case import Case, Match, Matches
from ichviewer.library.index import IndexProblem, open_index
from ichviewer.library.rows import Numbers, Vectors, is_unit_vector
from ichviewer.library.scale import Scale, distances, measure_scale, sample_rows
from ichviewer.library.store import Library
from ichviewer.progress import Progress, silent

#: "soft" re-ranks by type, "same type" shows only cases with a found type, "none" does neither.
Restrict = Literal["soft", "same type", "none"]

VOTERS = 10
#: How many of the nearest cases are looked at before they are ranked by type.
PROPOSALS = 200
#: A case that shares no type with the study counts as this share farther away than it is.
TYPE_WEIGHT = 0.5
#: How many cases that show the opposite of what was found come along.
CONTRARY = 3

_CHECKED = 10
_SCALE_SAMPLE = 500


@dataclass(frozen=True, eq=False)
class _Neighbours:
    """Nearest first: (n,) vector numbers and their exact distances."""

    numbers: Numbers
    distances: NDArray[np.float64]

    def first(self, count: int) -> _Neighbours:
        return _Neighbours(self.numbers[:count], self.distances[:count])


@dataclass(frozen=True, eq=False)
class _Search:
    """One question to one open library."""

    library: Library
    query: Vectors
    identity: str
    found_types: frozenset[str]
    hidden: int | None

    def rank(self, chunks: Iterable[tuple[Numbers, Vectors]]) -> _Neighbours:
        """The nearest of some stored vectors, compared one by one."""
        numbers = np.empty(0, dtype=np.int64)
        reached = np.empty(0)
        for chunk, vectors in chunks:
            numbers = np.concatenate([numbers, chunk])
            reached = np.concatenate([reached, distances(self.query[None], vectors)[0]])
            nearest = np.lexsort((numbers, reached))[: PROPOSALS + 1]
            numbers, reached = numbers[nearest], reached[nearest]
        seen = numbers != self.hidden
        return _Neighbours(numbers[seen], reached[seen])

    def rank_by_type(self, concordant: bool) -> _Neighbours:
        """The nearest of all cases that do, or do not, agree with the found types."""
        return self.rank(self.library.vector_chunks(self.identity, 0, self.found_types, concordant))

    def agrees(self, types: Collection[str]) -> bool:
        """Whether a case shows one of the found types, or nothing where nothing was found."""
        return bool(self.found_types & set(types)) if self.found_types else not types


def find_similar(
    library_folder: Path,
    vector: NDArray[np.float32],
    identity: str,
    found_types: Collection[str] = (),
    progress: Progress = silent,
    *,
    count: int = 10,
    restrict: Restrict = "soft",
    exclude: str = "",
    is_found: bool | None = None,
) -> Matches:
    """Find the cases of a library that are most like a study.

    Parameters
    ----------
    library_folder
        The library.
    vector, identity
        (D,) L2-normalised embedding of the study, and what made it.
    found_types
        Type words that the study was found to show; empty for none.
    count
        How many matches; fewer where the library holds fewer.
    restrict
        Whether and how the found types change the order.
    exclude
        Id of a case to leave out, for a study that is itself in the library.
    is_found
        Whether any hemorrhage was found; None where the found types say so.

    Returns
    -------
    Matches
        In the order of the restriction, every distance exact. The votes are those of the ten
        nearest by distance alone, so that the found types do not vote for themselves. The last
        match is the nearest discordant case, unless one came up by itself.

    Raises
    ------
    LibraryError
        Where the library cannot be read or holds no vectors of this identity.
    """
    query = np.ascontiguousarray(vector, dtype=np.float32)
    with Library.open(library_folder) as library:
        _check(library, query, identity)
        hidden = library.vector_number(exclude, identity) if exclude else None
        search = _Search(library, query, identity, frozenset(found_types), hidden)
        progress(0, 2, tr("searching similar cases"))
        pool, scale, notes = _nearest(search)
        progress(1, 2, tr("searching similar cases"))
        ranked = _restricted(search, pool, restrict)
        if restrict == "same type" and not len(ranked.numbers):
            notes += (tr("No case of this library shows any of the found types."),)
        chosen = _with_discordant(search, ranked, pool, count)
        cases = library.cases_of(chosen.numbers.tolist())
        voters = library.types_of(pool.numbers[:VOTERS].tolist())
        contrary = _contrary(search, pool, bool(found_types) if is_found is None else is_found)
        opposite = library.cases_of(contrary.numbers.tolist())
    is_far = not len(pool.distances) or bool(pool.distances[0] > scale.far_distance)

    def matched(cases: Iterable[Case], reached: NDArray[np.float64]) -> tuple[Match, ...]:
        return tuple(
            Match(case, float(d), scale.percentile(float(d)), not search.agrees(case.types))
            for case, d in zip(cases, reached.tolist(), strict=True)
        )

    return Matches(
        matched(cases, chosen.distances),
        _votes(voters.values()),
        is_far,
        notes,
        matched(opposite, contrary.distances),
    )


def _check(library: Library, query: Vectors, identity: str) -> None:
    if not is_unit_vector(query):
        raise LibraryError(
            tr(
                "The analysis gave no vector to search with, so no similar cases can be "
                "shown. Its status says why the study was not read."
            )
        )
    dimension = library.dimension(identity)
    if not library.identities().get(identity):
        raise LibraryError(
            tr(
                "The case library in {folder} holds no vectors by the model that read this "
                "study. Use the model that the library was made with, or rebuild its vectors.",
                folder=library.folder,
            )
        )
    if dimension != len(query):
        raise LibraryError(
            tr(
                "The study's vector has {count} numbers, those of the case library in "
                "{folder} have {dimension}, though both name the same model. Verify the "
                "library and the model.",
                count=len(query),
                folder=library.folder,
                dimension=dimension,
            )
        )


def _nearest(search: _Search) -> tuple[_Neighbours, Scale, tuple[str, ...]]:
    """The nearest cases by distance alone, what is far here, and what to tell the reader."""
    try:
        pool, scale = _by_index(search)
        return pool, scale, ()
    except IndexProblem as problem:
        chunks = tuple(search.library.vector_chunks(search.identity))
        vectors = np.concatenate([part for _, part in chunks])
        sample = vectors[sample_rows(len(vectors), _SCALE_SAMPLE)]
        return search.rank(chunks), measure_scale(sample, (vectors,)), (str(problem),)


def _by_index(search: _Search) -> tuple[_Neighbours, Scale]:
    library = search.library
    index = open_index(library.folder, library.library_id, search.identity, len(search.query))
    numbers, vectors = library.vectors_of(index.propose(search.query, PROPOSALS).tolist())
    if not index.holds(numbers[:_CHECKED], vectors[:_CHECKED]):
        raise IndexProblem(tr("made for another library"))
    # Cases added since the index was built are few, and compared one by one.
    added = library.vector_chunks(search.identity, after=index.manifest.last_number)
    pool = search.rank(((numbers, vectors), *added))
    if len(pool.numbers) < min(PROPOSALS, library.identities()[search.identity]) // 2:
        raise IndexProblem(tr("out of date"))
    return pool, index.manifest.scale


def _restricted(search: _Search, pool: _Neighbours, restrict: Restrict) -> _Neighbours:
    if restrict == "none":
        return pool
    if restrict == "same type":
        return search.rank_by_type(concordant=True)
    types = search.library.types_of(pool.numbers.tolist())
    unlike = [1.0 - _overlap(search.found_types, types[number]) for number in pool.numbers]
    # As a factor it leaves a distance of 0 at 0: a study that is in the library stays first.
    order = np.argsort(pool.distances * (1.0 + TYPE_WEIGHT * np.array(unlike)), kind="stable")
    return _Neighbours(pool.numbers[order], pool.distances[order])


def _overlap(found: frozenset[str], shown: frozenset[str]) -> float:
    """Jaccard index of two sets of types; 1 where both are empty."""
    both = found | shown
    return len(found & shown) / len(both) if both else 1.0


def _with_discordant(
    search: _Search, ranked: _Neighbours, pool: _Neighbours, count: int
) -> _Neighbours:
    """The first `count`, the last of them discordant where none of them is."""
    chosen = ranked.first(count)
    types = search.library.types_of([*chosen.numbers.tolist(), *pool.numbers.tolist()])
    if count < 2 or not all(search.agrees(types[number]) for number in chosen.numbers):
        return chosen
    others = np.array([not search.agrees(types[number]) for number in pool.numbers], dtype=bool)
    nearest = _Neighbours(pool.numbers[others], pool.distances[others]).first(1)
    if not len(nearest.numbers):
        nearest = search.rank_by_type(concordant=False).first(1)
    kept = chosen.first(count - len(nearest.numbers))
    return _Neighbours(
        np.concatenate([kept.numbers, nearest.numbers]),
        np.concatenate([kept.distances, nearest.distances]),
    )


def _contrary(search: _Search, pool: _Neighbours, is_found: bool) -> _Neighbours:
    """The nearest negative cases where hemorrhage was found, else the nearest others."""
    types = search.library.types_of(pool.numbers.tolist())
    is_other = np.array([bool(types[number]) != is_found for number in pool.numbers], dtype=bool)
    nearest = _Neighbours(pool.numbers[is_other], pool.distances[is_other])
    if len(nearest.numbers) < CONTRARY:
        nearest = search.rank(search.library.vector_chunks(search.identity, 0, (), is_found))
    return nearest.first(CONTRARY)


def _votes(voters: Iterable[frozenset[str]]) -> dict[str, int]:
    votes: dict[str, int] = {}
    for types in voters:
        for word in types or {"none"}:
            votes[word] = votes.get(word, 0) + 1
    return dict(sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])))
