"""Cases come back as they were stored, and every broken database gets its own sentence."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ichviewer.errors import LibraryError
from ichviewer.library import database
from ichviewer.library.store import DATABASE_NAME, Library
from tests.library.examples import DIMENSION, IDENTITY, make_case, make_library, unit_vectors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def test_a_case_comes_back_as_it_was_stored(folder: Path) -> None:
    stored = make_case(3, unit_vectors(1)[0])
    with Library.create(folder) as library:
        library.add(stored, IDENTITY)
    with Library.open(folder) as library:
        found = library.get(stored.case_id, IDENTITY)
    for field in fields(stored):
        first, second = getattr(stored, field.name), getattr(found, field.name)
        assert np.array_equal(first, second) if field.name == "vector" else first == second


def test_a_type_without_a_volume_stays_without_one(folder: Path) -> None:
    stored = replace(make_case(0, unit_vectors(1)[0]), types=("epidural",), volumes_ml={})
    with Library.create(folder) as library:
        library.add(stored, IDENTITY)
        found = library.get(stored.case_id)
    assert found.types == ("epidural",)
    assert found.volumes_ml == {}
    assert found.vector.size == 0


def test_list_pages_through_the_cases_in_their_order(folder: Path) -> None:
    make_library(folder, 20)
    with Library.open(folder) as library:
        assert [case.case_id for case in library.list()] == [f"case-{n:04d}" for n in range(20)]
        page = library.list(IDENTITY, start=18, count=5)
        assert [case.case_id for case in page] == ["case-0018", "case-0019"]
        assert page[0].vector.shape == (DIMENSION,)
        assert library.list(start=20) == ()


def test_counts_by_type_include_the_negative_cases(folder: Path) -> None:
    with Library.create(folder) as library:
        vectors = unit_vectors(3)
        library.add(make_case(0, vectors[0], ("epidural", "subdural")), IDENTITY)
        library.add(make_case(1, vectors[1], ("subdural",)), IDENTITY)
        library.add(make_case(2, vectors[2], ()), IDENTITY)
        assert library.type_counts() == {"epidural": 1, "subdural": 2, "none": 1}


def test_removing_a_case_removes_all_that_belongs_to_it(folder: Path) -> None:
    make_library(folder, 12)
    with Library.open(folder, writable=True) as library:
        library.remove("case-0004")
        assert len(library) == 11
        assert library.identities() == {IDENTITY: 11}
        with pytest.raises(LibraryError, match="no case case-0004"):
            library.get("case-0004")
    with sqlite3.connect(folder / DATABASE_NAME) as plain:
        for table in ("labels", "thumbnails", "vectors"):
            sql = (
                f"SELECT count(*) FROM {table} WHERE case_number NOT IN (SELECT number FROM cases)"
            )
            assert plain.execute(sql).fetchone() == (0,)
    plain.close()


def test_adding_is_all_or_nothing(folder: Path) -> None:
    make_library(folder, 5)
    vectors = unit_vectors(2, seed=9)
    with Library.open(folder, writable=True) as library:
        with pytest.raises(LibraryError, match="case-0002 already is in the library"):
            library.add_all([make_case(50, vectors[0]), make_case(2, vectors[1])], IDENTITY)
        assert len(library) == 5


@pytest.mark.parametrize(
    "vector",
    [
        np.full(DIMENSION, np.nan, np.float32),
        np.zeros(DIMENSION, np.float32),
        np.ones(DIMENSION, np.float32),
    ],
    ids=["NaN", "zero", "not normalised"],
)
def test_an_unusable_vector_is_refused(folder: Path, vector: np.ndarray) -> None:
    make_library(folder, 2)
    with (
        Library.open(folder, writable=True) as library,
        pytest.raises(LibraryError, match="without a usable vector"),
    ):
        library.add(make_case(7, vector), IDENTITY)


def test_a_case_may_wait_for_its_vector(folder: Path) -> None:
    with Library.create(folder) as library:
        library.add(make_case(0, np.empty(0, np.float32)), "")
        assert len(library) == 1
        assert library.identities() == {}
        assert library.vector_number("case-0000", IDENTITY) is None
        library.set_vector("case-0000", IDENTITY, unit_vectors(1)[0])
        assert library.identities() == {IDENTITY: 1}


def test_vectors_of_one_model_have_one_length(folder: Path) -> None:
    make_library(folder, 2)
    with Library.open(folder, writable=True) as library:
        other = make_case(7, unit_vectors(1, dimension=DIMENSION + 1)[0])
        with pytest.raises(LibraryError, match=f"has 33 numbers where .* holds {DIMENSION}"):
            library.add(other, IDENTITY)
        library.add(other, "another model")
        assert library.dimension("another model") == 33


def test_a_case_can_have_vectors_by_several_models(folder: Path) -> None:
    make_library(folder, 3)
    newer = unit_vectors(1, seed=4, dimension=8)[0]
    with Library.open(folder, writable=True) as library:
        library.set_vector("case-0001", "model-b", newer)
        library.set_vector("case-0001", "model-b", -newer)
        assert library.identities() == {IDENTITY: 3, "model-b": 1}
        assert np.array_equal(library.get("case-0001", "model-b").vector, -newer)
        library.forget_vectors("model-b")
        assert library.identities() == {IDENTITY: 3}
        assert library.dimension("model-b") == 0
        assert len(library) == 3


@pytest.mark.parametrize("found", [(), ("epidural",), ("epidural", "subdural")])
@pytest.mark.parametrize("concordant", [True, False])
def test_chunks_by_concordance_equal_a_plain_filter(
    folder: Path, found: tuple[str, ...], concordant: bool
) -> None:
    make_library(folder, 40)
    with Library.open(folder) as library:
        chunks = library.vector_chunks(IDENTITY, 0, found, concordant)
        numbers = [int(n) for chunk, _ in chunks for n in chunk]
        ids = {case.case_id for case in library.cases_of(numbers)}
        cases = library.list()
    agrees = {c.case_id: bool(set(found) & set(c.types)) if found else not c.types for c in cases}
    assert ids == {case_id for case_id, agreement in agrees.items() if agreement is concordant}


def test_chunks_continue_where_the_last_one_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichviewer.library.store._CHUNK_ROWS", 7)
    vectors = make_library(folder, 20)
    with Library.open(folder) as library:
        chunks = list(library.vector_chunks(IDENTITY))
        assert [len(numbers) for numbers, _ in chunks] == [7, 7, 6]
        assert np.array_equal(np.concatenate([part for _, part in chunks]), vectors)
        (last_numbers, _), *_ = library.vector_chunks(IDENTITY, after=18)
        assert last_numbers.tolist() == [19, 20]


def test_many_vectors_are_fetched_by_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ichviewer.library.rows._VALUES_PER_STATEMENT", 4)
    vectors = make_library(folder, 15)
    with Library.open(folder) as library:
        numbers, found = library.vectors_of([9, 3, 12, 1, 999, 7])
        types = library.types_of([1, 2, 3, 4, 5, 6])
    assert numbers.tolist() == [1, 3, 7, 9, 12]
    assert np.array_equal(found, vectors[numbers - 1])
    assert types[1] == {"epidural", "intraventricular"}
    assert types[6] == frozenset()


def test_images_stay_inside_the_library(folder: Path) -> None:
    case = make_case(0, unit_vectors(1)[0])
    with Library.create(folder) as library:
        assert library.images_path(case) == (folder / "cases/case-0000.dcm").resolve()
        assert library.images_path(replace(case, series_path="")) is None
        absolute = str(folder.resolve() / "elsewhere.dcm")
        assert library.images_path(replace(case, series_path=absolute)) == Path(absolute)
        with pytest.raises(LibraryError, match="outside its library's folder"):
            library.images_path(replace(case, series_path="../../secret.dcm"))


def test_reading_leaves_no_trace_in_the_folder(folder: Path) -> None:
    make_library(folder, 5)
    with Library.open(folder, writable=True) as library:
        library.seal()
    content = (folder / DATABASE_NAME).read_bytes()
    with Library.open(folder) as library:
        assert len(library.list(IDENTITY)) == 5
        assert [file.name for file in folder.iterdir()] == [DATABASE_NAME]
    assert [file.name for file in folder.iterdir()] == [DATABASE_NAME]
    assert (folder / DATABASE_NAME).read_bytes() == content


def test_a_library_opened_to_read_cannot_be_changed(folder: Path) -> None:
    make_library(folder, 2)
    with (
        Library.open(folder) as library,
        pytest.raises(LibraryError, match="may not be changed here"),
    ):
        library.remove("case-0000")


_READ = """
import os, sys
from pathlib import Path
from ichviewer.errors import LibraryError
from ichviewer.library.store import Library
folder = Path(sys.argv[1])
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    with Library.open(folder) as library:
        print("cases", len(library.list(sys.argv[2])))
    with Library.open(folder, writable=True) as library:
        library.remove("case-0000")
except LibraryError as error:
    print("refused:", error)
"""


def _read_without_rights(folder: Path) -> str:
    """Open a library in a folder that the reading process may not write, root or not."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(folder), IDENTITY],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.name == "nt", reason="folder permissions are not POSIX there")
@pytest.mark.parametrize("sealed", [True, False], ids=["shipped", "left in WAL mode"])
def test_a_read_only_folder_can_be_read(folder: Path, sealed: bool) -> None:
    make_library(folder, 6)
    if sealed:
        with Library.open(folder, writable=True) as library:
            library.seal()
    place = Path(tempfile.mkdtemp(prefix="ichviewer-test-"))
    try:
        shutil.copytree(folder, place / "library")
        place.chmod(0o755)
        (place / "library").chmod(0o555)
        (place / "library" / DATABASE_NAME).chmod(0o444)
        output = _read_without_rights(place / "library")
        assert output.startswith("cases 6")
        assert "refused:" in output
        assert "may not be changed here" in output
    finally:
        (place / "library").chmod(0o755)
        shutil.rmtree(place)


@pytest.mark.skipif(os.name == "nt", reason="folder permissions are not POSIX there")
def test_an_unfinished_log_in_a_read_only_folder_is_not_ignored(folder: Path) -> None:
    make_library(folder, 3)
    place = Path(tempfile.mkdtemp(prefix="ichviewer-test-"))
    try:
        with Library.open(folder, writable=True) as library:
            library.remove("case-0000")
            shutil.copytree(folder, place / "library", ignore=shutil.ignore_patterns("*-shm"))
        place.chmod(0o755)
        (place / "library").chmod(0o555)
        for file in (place / "library").iterdir():
            file.chmod(0o444)
        assert "was not closed properly" in _read_without_rights(place / "library")
    finally:
        (place / "library").chmod(0o755)
        shutil.rmtree(place)


def test_a_missing_library_says_so(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="There is no case library in"):
        Library.open(tmp_path)


def test_creating_twice_is_refused(folder: Path) -> None:
    make_library(folder, 1)
    with pytest.raises(LibraryError, match="There already is a case library"):
        Library.create(folder)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garbage(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(20_000))


def _text(path: Path) -> None:
    path.write_text("This is no database.\n" * 500)


def _page_of_zeros(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = bytes(4096)
    path.write_bytes(content)


def _foreign_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE cases (case_id TEXT)")
    other.close()


def _foreign_trigger(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TRIGGER t AFTER INSERT ON cases BEGIN DELETE FROM cases; END")
    other.close()


@pytest.mark.parametrize(
    "damage",
    [
        *(_truncate, _empty, _garbage, _text, _page_of_zeros),
        *(_foreign_database, _foreign_trigger),
    ],
)
@pytest.mark.parametrize("writable", [False, True])
def test_a_damaged_database_is_named_and_left_alone(
    folder: Path, damage: Callable[[Path], None], writable: bool
) -> None:
    make_library(folder, 30)
    with Library.open(folder, writable=True) as library:
        library.seal()
    path = folder / DATABASE_NAME
    damage(path)
    broken = path.read_bytes()
    with pytest.raises(LibraryError, match="damaged") as caught:
        Library.open(folder, writable)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == broken


def test_a_newer_database_asks_for_a_newer_program(folder: Path) -> None:
    make_library(folder, 1)
    with sqlite3.connect(folder / DATABASE_NAME) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(LibraryError, match=r"newer ichviewer \(format 99"):
        Library.open(folder)


@pytest.mark.parametrize("blob", [b"\x00" * 128, b"\xff" * 128, b"\x00\x00\x80?" * 31, b"abc"])
def test_a_damaged_vector_is_not_searched(folder: Path, blob: bytes) -> None:
    make_library(folder, 5)
    with sqlite3.connect(folder / DATABASE_NAME) as plain:
        plain.execute("UPDATE vectors SET vector = ? WHERE number = 3", (blob,))
    plain.close()
    with Library.open(folder) as library, pytest.raises(LibraryError, match="damaged"):
        library.check()


def test_a_locked_library_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    make_library(folder, 2)
    other = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with Library.open(folder, writable=True) as library:
            assert len(library) == 2, "reading goes on while another program writes"
            with pytest.raises(LibraryError, match="in use by another program"):
                library.remove("case-0000")
    finally:
        other.close()


@pytest.mark.parametrize(("kind", "mode"), [("nfs4", "delete"), ("ext4", "wal")])
def test_no_write_ahead_log_on_a_network_share(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mode: str
) -> None:
    partition = SimpleNamespace(mountpoint=str(folder.parent), fstype=kind, opts="rw")
    monkeypatch.setattr(database.psutil, "disk_partitions", lambda all: [partition])
    make_library(folder, 2)
    with Library.open(folder, writable=True) as library:
        assert library._database.rows("PRAGMA journal_mode") == [(mode,)]
        assert library._database.rows("PRAGMA synchronous") == [(2,)], "FULL"


def test_a_full_disk_leaves_the_library_as_it_was(folder: Path) -> None:
    make_library(folder, 5)
    with Library.open(folder, writable=True) as library:
        pages = library._database.rows("PRAGMA page_count")[0][0]
        library._database.rows(f"PRAGMA max_page_count = {pages}")
        large = replace(make_case(70, unit_vectors(1)[0]), thumbnail_png=b"x" * 500_000)
        with pytest.raises(LibraryError, match="disk is full"):
            library.add(large, IDENTITY)
        assert len(library) == 5
        library.check()


_ADD = """
import sys
from pathlib import Path
from ichviewer.library.store import Library
from tests.library.examples import IDENTITY, make_case, unit_vectors
start = int(sys.argv[2])
for number, vector in enumerate(unit_vectors(25, seed=start), start=start):
    with Library.open(Path(sys.argv[1]), writable=True) as library:
        library.add(make_case(number, vector), IDENTITY)
"""


def test_two_processes_add_to_one_library(folder: Path) -> None:
    make_library(folder, 5)
    root = Path(__file__).parents[2]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _ADD, str(folder), str(start)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stderr=subprocess.PIPE,
        )
        for start in (100, 200)
    ]
    while any(writer.poll() is None for writer in writers):
        with Library.open(folder) as library:
            assert len(library) >= 5
    for writer in writers:
        assert writer.communicate()[1] == b""
        assert writer.returncode == 0
    with Library.open(folder) as library:
        assert len(library) == 55
        library.check()
