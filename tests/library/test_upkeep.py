"""Looking after a library: counting, verifying, rebuilding."""

import sqlite3
from pathlib import Path

import pytest

from ichviewer.errors import LibraryError
from ichviewer.library.store import DATABASE_NAME, Library
from ichviewer.library.upkeep import rebuild, stats, verify
from tests.library.examples import IDENTITY, make_library, unit_vectors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of twelve cases with their images, without an index."""
    make_library(tmp_path, 12)
    (tmp_path / "cases").mkdir()
    for number in range(12):
        (tmp_path / f"cases/case-{number:04d}.dcm").write_bytes(b"image")
    return tmp_path


def test_stats_count_and_say_whether_there_is_an_index(folder: Path) -> None:
    before = stats(folder)
    assert before.case_count == 12
    assert before.identities == {IDENTITY: 12}
    assert before.type_counts["none"] == 2
    assert before.database_bytes == (folder / DATABASE_NAME).stat().st_size
    assert before.index is None
    assert "missing" in before.index_problem
    made = rebuild(folder)
    after = stats(folder)
    assert after.index == made
    assert after.index_problem == ""


def test_a_whole_library_has_no_problems(folder: Path) -> None:
    rebuild(folder)
    assert verify(folder) == ()


def test_missing_and_foreign_images_are_named(folder: Path) -> None:
    rebuild(folder)
    (folder / "cases/case-0004.dcm").unlink()
    with sqlite3.connect(folder / DATABASE_NAME) as plain:
        plain.execute("UPDATE cases SET series_path = '../x' WHERE case_id = 'case-0005'")
    plain.close()
    first, second = verify(folder)
    assert "images of case case-0004 are missing" in first
    assert "case-0005 names images outside" in second


def test_a_damaged_database_is_the_one_problem(folder: Path) -> None:
    (folder / DATABASE_NAME).write_bytes(b"")
    (problem,) = verify(folder)
    assert "damaged" in problem


def test_rebuild_takes_the_most_numerous_vectors_or_those_named(folder: Path) -> None:
    with Library.open(folder, writable=True) as library:
        library.set_vector("case-0000", "model-b", unit_vectors(1, dimension=8)[0])
    assert rebuild(folder).identity == IDENTITY
    assert rebuild(folder, "model-b").count == 1
    assert stats(folder).index is not None
    with pytest.raises(LibraryError, match="holds no vectors to index"):
        rebuild(folder, "model-c")


def test_an_empty_library_cannot_be_indexed(tmp_path: Path) -> None:
    Library.create(tmp_path).close()
    with pytest.raises(LibraryError, match="holds no vectors to index"):
        rebuild(tmp_path)


def test_rebuild_says_how_far_it_is(folder: Path) -> None:
    told = []
    rebuild(folder, progress=lambda *step: told.append(step))
    assert told[0] == (12, 12, "reading vectors")
    assert told[-1][2] == "building the search index"
