"""Looking after a library: what it holds, whether it is whole, and its index made anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ichviewer.errors import LibraryError
from ichviewer.language import tr
from ichviewer.library.index import IndexProblem, build_index, forget_open_indexes, open_index
from ichviewer.library.manifest import Manifest
from ichviewer.library.store import DATABASE_NAME, Library
from ichviewer.progress import Progress, silent

_CASES_AT_ONCE = 500


@dataclass(frozen=True)
class Stats:
    """What a library holds.

    Parameters
    ----------
    folder, case_count
        Where, and how many cases.
    type_counts
        Cases by type word; "none" are the negative ones.
    identities
        Cases with a vector, by embedding identity.
    database_bytes
        Size of the database without images.
    index
        The current index, or None where it cannot be used.
    index_problem
        Then the sentence that says why.
    """

    folder: Path
    case_count: int
    type_counts: dict[str, int]
    identities: dict[str, int]
    database_bytes: int
    index: Manifest | None
    index_problem: str


def stats(folder: Path, progress: Progress = silent) -> Stats:
    """What a library holds; raises LibraryError where it cannot be read."""
    with Library.open(folder) as library:
        progress(0, 1, tr("counting cases"))
        manifest, problem = _index_state(library)
        return Stats(
            folder=folder,
            case_count=len(library),
            type_counts=library.type_counts(),
            identities=library.identities(),
            database_bytes=(folder / DATABASE_NAME).stat().st_size,
            index=manifest,
            index_problem=problem,
        )


def verify(folder: Path, progress: Progress = silent) -> tuple[str, ...]:
    """Read all of a library; a sentence for everything that is wrong, none where it is whole."""
    problems = []
    try:
        with Library.open(folder) as library:
            progress(0, 3, tr("reading every case"))
            library.check()
            progress(1, 3, tr("looking for the cases' images"))
            problems += _missing_images(library)
            progress(2, 3, tr("checking the search index"))
            forget_open_indexes()
            problems += [problem for problem in (_index_state(library)[1],) if problem]
    except LibraryError as error:
        problems.append(str(error))
    return tuple(problems)


def rebuild(
    folder: Path, identity: str = "", progress: Progress = silent, *, old_seconds: float = 3600.0
) -> Manifest:
    """Build the search index anew from the database, and switch to it when it is whole.

    Parameters
    ----------
    folder
        The library.
    identity
        Which vectors to index; the most numerous where none is named.
    old_seconds
        Former indexes that have reached this age are removed.

    Raises
    ------
    LibraryError
        Where the library holds no such vectors or its folder cannot be written.
    """
    with Library.open(folder) as library:
        counts = library.identities()
        wanted = identity or max(counts, key=lambda name: counts[name], default="")
        if not counts.get(wanted):
            raise LibraryError(
                tr(
                    "The case library in {folder} holds no vectors to index. Add cases to it "
                    "first.",
                    folder=folder,
                )
            )
        chunks = []
        for chunk in library.vector_chunks(wanted):
            chunks.append(chunk)
            progress(
                sum(len(numbers) for numbers, _ in chunks), counts[wanted], tr("reading vectors")
            )
        return build_index(
            folder,
            library.library_id,
            wanted,
            np.concatenate([numbers for numbers, _ in chunks]),
            np.concatenate([vectors for _, vectors in chunks]),
            progress=progress,
            old_seconds=old_seconds,
        )


def _index_state(library: Library) -> tuple[Manifest | None, str]:
    identities = library.identities()
    problem = ""
    for identity in identities:
        try:
            dimension = library.dimension(identity)
            index = open_index(library.folder, library.library_id, identity, dimension)
            return index.manifest, ""
        except IndexProblem as error:
            problem = str(error)
    return None, problem


def _missing_images(library: Library) -> list[str]:
    problems = []
    for start in range(0, len(library), _CASES_AT_ONCE):
        for case in library.list(start=start, count=_CASES_AT_ONCE):
            try:
                path = library.images_path(case)
            except LibraryError as error:
                problems.append(str(error))
                continue
            if path is not None and not path.exists():
                problems.append(
                    tr(
                        "The images of case {case_id} are missing: {path}.",
                        case_id=case.case_id,
                        path=path,
                    )
                )
    return problems
