"""Similar cases equal a brute-force comparison, whatever stands between."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from ichviewer.errors import LibraryError
from ichviewer.library.search import find_similar
from ichviewer.library.store import Library
from ichviewer.library.upkeep import rebuild
from tests.library.examples import (
    DIMENSION,
    IDENTITY,
    make_case,
    make_library,
    nearest_ids,
    types_for,
    unit_vectors,
)

COUNT = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of 300 cases with an index; not changed by any test."""
    folder = tmp_path_factory.mktemp("search") / "library"
    make_library(folder, COUNT)
    rebuild(folder)
    return folder


def _ids(folder: Path, query: np.ndarray, *args: object, **kwargs: object) -> list[str]:
    answer = find_similar(folder, query, IDENTITY, *args, **kwargs)  # type: ignore[arg-type]
    return [match.case.case_id for match in answer.matches]


@pytest.mark.parametrize("seed", range(20))
def test_unrestricted_search_equals_brute_force(folder: Path, seed: int) -> None:
    query = unit_vectors(1, seed=1000 + seed)[0]
    answer = find_similar(folder, query, IDENTITY, types_for(0), restrict="none", count=20)
    ids, reached = nearest_ids(unit_vectors(COUNT), query, 20)
    assert answer.notes == ()
    assert [match.case.case_id for match in answer.matches] == ids
    assert np.allclose([match.distance for match in answer.matches], reached, atol=1e-6)


@pytest.mark.parametrize("restrict", ["none", "soft"])
def test_a_stored_case_finds_itself_first_even_with_a_wrong_type(
    folder: Path, restrict: str
) -> None:
    for number in range(0, COUNT, 7):
        query = unit_vectors(COUNT)[number]
        answer = find_similar(folder, query, IDENTITY, ("no such type",), restrict=restrict)  # type: ignore[arg-type]
        assert answer.matches[0].case.case_id == f"case-{number:04d}"
        assert answer.matches[0].distance == pytest.approx(0.0, abs=1e-6)


def test_the_same_type_shows_only_that_type_and_one_discordant_case(folder: Path) -> None:
    query = unit_vectors(1, seed=5)[0]
    answer = find_similar(folder, query, IDENTITY, ("epidural",), restrict="same type", count=8)
    *alike, last = answer.matches
    agreeing = [n for n in range(COUNT) if "epidural" in types_for(n)]
    expected, _ = nearest_ids(unit_vectors(COUNT)[agreeing], query, 7)
    assert [m.case.case_id for m in alike] == [
        f"case-{agreeing[int(case_id[5:])]:04d}" for case_id in expected
    ]
    assert not any(match.is_discordant for match in alike)
    assert last.is_discordant
    others = [n for n in range(COUNT) if "epidural" not in types_for(n)]
    nearest = others[int(nearest_ids(unit_vectors(COUNT)[others], query, 1)[0][0][5:])]
    assert last.case.case_id == f"case-{nearest:04d}"


def test_a_type_the_library_lacks_says_so(folder: Path) -> None:
    query = unit_vectors(1, seed=5)[0]
    answer = find_similar(folder, query, IDENTITY, ("unheard of",), restrict="same type")
    assert "shows any of the found types" in answer.notes[0]
    assert [match.is_discordant for match in answer.matches] == [True]


def test_a_negative_study_is_compared_with_negative_cases(folder: Path) -> None:
    query = unit_vectors(1, seed=5)[0]
    answer = find_similar(folder, query, IDENTITY, (), restrict="same type", count=5)
    assert [match.case.types == () for match in answer.matches] == [True] * 4 + [False]
    assert [match.is_discordant for match in answer.matches] == [False] * 4 + [True]


def test_soft_prefers_shared_types_and_hides_nothing(tmp_path: Path) -> None:
    query = np.eye(1, DIMENSION, dtype=np.float32)[0]

    def at(distance: float, axis: int) -> np.ndarray:
        vector = np.zeros(DIMENSION, np.float32)
        vector[0] = 1 - distance**2 / 2
        vector[axis] = np.sqrt(1 - vector[0] ** 2)
        return vector

    with Library.create(tmp_path) as library:
        library.add(make_case(0, at(0.50, 1), ("subdural",)), IDENTITY)
        library.add(make_case(1, at(0.60, 2), ("epidural",)), IDENTITY)
        library.add(make_case(2, at(0.90, 3), ("epidural",)), IDENTITY)
        library.add(make_case(3, at(0.55, 4), ("epidural", "subdural")), IDENTITY)
    rebuild(tmp_path)
    assert _ids(tmp_path, query, restrict="none") == [f"case-{n:04d}" for n in (0, 3, 1, 2)]
    soft = find_similar(tmp_path, query, IDENTITY, ("epidural",))
    assert [match.case.case_id for match in soft.matches] == [f"case-{n:04d}" for n in (1, 3, 0, 2)]
    assert [round(match.distance, 2) for match in soft.matches] == [0.6, 0.55, 0.5, 0.9]
    assert [match.is_discordant for match in soft.matches] == [False, False, True, False]


def test_one_discordant_case_replaces_the_last_match(tmp_path: Path) -> None:
    vectors = unit_vectors(300, seed=3)
    query = unit_vectors(1, seed=4)[0]
    order = np.argsort(np.linalg.norm(vectors - query, axis=1))
    with Library.create(tmp_path) as library:
        for number, vector in enumerate(vectors):
            # Only the very farthest case shows another type.
            kind = "subdural" if number == order[-1] else "epidural"
            library.add(make_case(number, vector, (kind,)), IDENTITY)
    rebuild(tmp_path)
    answer = find_similar(tmp_path, query, IDENTITY, ("epidural",), restrict="none", count=5)
    expected = [*order[:4], order[-1]]
    assert [m.case.case_id for m in answer.matches] == [f"case-{n:04d}" for n in expected]
    assert [m.is_discordant for m in answer.matches] == [False] * 4 + [True]
    assert answer.votes == {"epidural": 10}


def test_votes_are_those_of_the_ten_nearest_whatever_was_found(folder: Path) -> None:
    query = unit_vectors(1, seed=8)[0]
    ids, _ = nearest_ids(unit_vectors(COUNT), query, 10)
    expected: dict[str, int] = {}
    for case_id in ids:
        for word in types_for(int(case_id[5:])) or ("none",):
            expected[word] = expected.get(word, 0) + 1
    for found in ((), ("epidural",), ("subdural",)):
        for count in (3, 10):
            answer = find_similar(folder, query, IDENTITY, found, count=count)
            assert answer.votes == expected
            assert len(answer.matches) == count


def test_percentiles_are_shares_of_the_librarys_own_pairs(folder: Path) -> None:
    answer = find_similar(folder, unit_vectors(1, seed=8)[0], IDENTITY, restrict="none")
    pairs = pdist(unit_vectors(COUNT).astype(np.float64))
    for match in answer.matches:
        assert match.percentile == pytest.approx(100 * np.mean(pairs > match.distance), abs=0.5)


def test_a_vector_far_from_everything_is_called_far(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    vectors = np.eye(1, DIMENSION) + 0.05 * rng.normal(size=(200, DIMENSION))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    with Library.create(tmp_path) as library:
        library.add_all((make_case(n, vector) for n, vector in enumerate(vectors)), IDENTITY)
    for _ in ("exact", "by index"):
        assert find_similar(tmp_path, -vectors[0], IDENTITY).is_far
        far = [
            find_similar(tmp_path, vectors[n], IDENTITY, exclude=f"case-{n:04d}").is_far
            for n in range(0, 200, 8)
        ]
        assert sum(far) <= 2, "by definition one in a hundred of its own cases is far"
        rebuild(tmp_path)


def test_an_excluded_case_is_not_its_own_neighbour(folder: Path) -> None:
    query = unit_vectors(COUNT)[42]
    ids, _ = nearest_ids(unit_vectors(COUNT), query, 11)
    for restrict in ("none", "soft", "same type"):
        assert "case-0042" not in _ids(folder, query, exclude="case-0042", restrict=restrict)
    assert _ids(folder, query, exclude="case-0042", restrict="none")[:9] == ids[1:10]


def test_cases_added_after_the_index_are_found_and_removed_ones_are_not(tmp_path: Path) -> None:
    make_library(tmp_path, 250)
    rebuild(tmp_path)
    added = unit_vectors(40, seed=77)
    with Library.open(tmp_path, writable=True) as library:
        library.add_all((make_case(900 + n, v) for n, v in enumerate(added)), IDENTITY)
        library.remove("case-0003")
        library.remove("case-0905")
    everything = np.concatenate([unit_vectors(250), added])
    names = [f"case-{n:04d}" for n in [*range(250), *range(900, 940)]]
    keep = [n for n, name in enumerate(names) if name not in {"case-0003", "case-0905"}]
    for query in (added[5], unit_vectors(250)[3], *unit_vectors(5, seed=78)):
        answer = find_similar(tmp_path, query, IDENTITY, restrict="none")
        order = np.argsort(np.linalg.norm(everything[keep] - query, axis=1))[:10]
        assert [match.case.case_id for match in answer.matches] == [names[keep[n]] for n in order]
        assert answer.notes == ()


def test_removing_most_neighbours_still_gives_the_nearest_of_the_rest(tmp_path: Path) -> None:
    vectors = make_library(tmp_path, 400)
    rebuild(tmp_path)
    query = unit_vectors(1, seed=6)[0]
    order = np.argsort(np.linalg.norm(vectors - query, axis=1))
    with Library.open(tmp_path, writable=True) as library:
        for number in order[:195]:
            library.remove(f"case-{number:04d}")
    answer = find_similar(tmp_path, query, IDENTITY, restrict="none")
    expected = [f"case-{number:04d}" for number in order[195:205]]
    assert [match.case.case_id for match in answer.matches] == expected
    assert "out of date" in answer.notes[0]


def test_a_small_library_gives_what_it_has(tmp_path: Path) -> None:
    make_library(tmp_path, 4)
    answer = find_similar(tmp_path, unit_vectors(1, seed=5)[0], IDENTITY, restrict="none")
    assert len(answer.matches) == 4


@pytest.mark.parametrize(
    ("vector", "identity", "sentence"),
    [
        (np.empty(0, np.float32), IDENTITY, "no vector to search with"),
        (np.full(DIMENSION, np.nan, np.float32), IDENTITY, "no vector to search with"),
        (unit_vectors(1)[0], "model-b", "holds no vectors by the model that read this"),
        (unit_vectors(1, dimension=8)[0], IDENTITY, f"has 8 numbers, those .* have {DIMENSION}"),
    ],
    ids=["refused study", "NaN", "other model", "other length"],
)
def test_a_question_that_cannot_be_answered_says_why(
    folder: Path, vector: np.ndarray, identity: str, sentence: str
) -> None:
    with pytest.raises(LibraryError, match=sentence):
        find_similar(folder, vector, identity)


def test_progress_is_told_and_may_cancel(folder: Path) -> None:
    told = []
    find_similar(folder, unit_vectors(1)[0], IDENTITY, progress=lambda *step: told.append(step))
    assert [step[:2] for step in told] == [(0, 2), (1, 2)]


@pytest.mark.parametrize("is_found", [True, False])
def test_the_nearest_cases_that_show_the_opposite_come_along(folder: Path, is_found: bool) -> None:
    vectors, query = unit_vectors(COUNT), unit_vectors(1, seed=5)[0]
    found = ("subdural",) if is_found else ()
    ids, _ = nearest_ids(vectors, query, COUNT)
    opposite = [name for name in ids if bool(types_for(int(name[-4:]))) != is_found]
    answer = find_similar(folder, query, IDENTITY, found)
    assert [match.case.case_id for match in answer.contrary] == opposite[:3]
    undecided = find_similar(folder, query, IDENTITY, (), is_found=is_found)
    assert [match.case.case_id for match in undecided.contrary] == opposite[:3]
