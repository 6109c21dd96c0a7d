"""A broken index never answers: every damage gives the exact answer and a note."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from annoy import AnnoyIndex

from ichviewer.errors import LibraryError
from ichviewer.library.index import (
    INDEX_FOLDER,
    IndexProblem,
    build_index,
    forget_open_indexes,
    open_index,
)
from ichviewer.library.manifest import Manifest
from ichviewer.library.search import find_similar
from ichviewer.library.store import Library
from ichviewer.library.upkeep import rebuild, verify
from ichviewer.progress import Cancelled
from tests.library.examples import (
    DIMENSION,
    IDENTITY,
    make_case,
    make_library,
    nearest_ids,
    unit_vectors,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of 300 cases with an index, to copy from."""
    folder = tmp_path_factory.mktemp("template")
    make_library(folder, 300)
    rebuild(folder)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    shutil.copytree(template, tmp_path / "library")
    return tmp_path / "library"


def _generation(folder: Path) -> Path:
    return folder / INDEX_FOLDER / (folder / INDEX_FOLDER / "current").read_text()


def _open(folder: Path) -> None:
    with Library.open(folder) as library:
        library_id = library.library_id
    open_index(folder, library_id, IDENTITY, DIMENSION)


def test_the_manifest_survives_its_text(folder: Path) -> None:
    text = (_generation(folder) / "manifest.json").read_text()
    manifest = Manifest.from_json(text)
    assert manifest.to_json() == text
    assert (manifest.count, manifest.dimension, manifest.last_number) == (300, DIMENSION, 300)
    assert manifest.recall_at_10 >= 0.99


def test_the_same_vectors_give_the_same_bytes(tmp_path: Path) -> None:
    vectors = unit_vectors(500)
    numbers = np.arange(1, 501)
    made = [build_index(tmp_path / n, "id", IDENTITY, numbers, vectors) for n in ("a", "b")]
    assert made[0] == made[1]


def test_proposals_hold_the_true_neighbours(tmp_path: Path) -> None:
    vectors = unit_vectors(2000)
    build_index(tmp_path, "id", IDENTITY, np.arange(5, 2005), vectors)
    index = open_index(tmp_path, "id", IDENTITY, DIMENSION)
    found = 0
    for query in unit_vectors(50, seed=7):
        true, _ = nearest_ids(vectors, query, 10)
        proposed = {f"case-{number - 5:04d}" for number in index.propose(query, 200)}
        found += len(proposed & set(true))
    assert found / 500 >= 0.99


def _zero_byte(generation: Path) -> None:
    (generation / "vectors.ann").write_bytes(b"")


def _truncated(generation: Path) -> None:
    path = generation / "vectors.ann"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _odd_length(generation: Path) -> None:
    path = generation / "vectors.ann"
    path.write_bytes(path.read_bytes() + b"x")


def _garbage(generation: Path) -> None:
    path = generation / "vectors.ann"
    path.write_bytes(np.random.default_rng(0).bytes(path.stat().st_size))


def _zeros(generation: Path) -> None:
    path = generation / "vectors.ann"
    path.write_bytes(bytes(path.stat().st_size))


def _one_bit(generation: Path) -> None:
    path = generation / "vectors.ann"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)


def _no_annoy_file(generation: Path) -> None:
    (generation / "vectors.ann").unlink()


def _foreign_file(generation: Path) -> None:
    other = AnnoyIndex(DIMENSION, "angular")
    for item, vector in enumerate(unit_vectors(300, seed=5)):
        other.add_item(item, vector.tolist())
    other.build(10)
    other.save(str(generation / "vectors.ann"))


def _no_numbers(generation: Path) -> None:
    (generation / "numbers.npy").unlink()


def _other_numbers(generation: Path) -> None:
    np.save(generation / "numbers.npy", np.arange(300)[::-1])


def _pickled_numbers(generation: Path) -> None:
    np.save(generation / "numbers.npy", np.array([{"run": "me"}], dtype=object))


def _no_manifest(generation: Path) -> None:
    (generation / "manifest.json").unlink()


def _manifest_text(generation: Path) -> None:
    (generation / "manifest.json").write_text("{ not JSON")


def _manifest_list(generation: Path) -> None:
    (generation / "manifest.json").write_text("[]")


def _manifest_bytes(generation: Path) -> None:
    (generation / "manifest.json").write_bytes(b"\xff\xfe\x00")


def _huge_manifest(generation: Path) -> None:
    (generation / "manifest.json").write_bytes(b" " * (3 << 20))


def _edit(generation: Path, **entries: object) -> None:
    path = generation / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def _other_dimension(generation: Path) -> None:
    _edit(generation, dimension=DIMENSION // 2)


def _other_metric(generation: Path) -> None:
    _edit(generation, metric="euclidean")


def _other_model(generation: Path) -> None:
    _edit(generation, identity="model-b/prepare-1")


def _other_library(generation: Path) -> None:
    _edit(generation, library_id="0" * 32)


def _newer_format(generation: Path) -> None:
    _edit(generation, format=2)


def _negative_count(generation: Path) -> None:
    _edit(generation, count=-300)


def _count_too_small(generation: Path) -> None:
    _edit(generation, count=299)


def _text_for_a_number(generation: Path) -> None:
    _edit(generation, search_k="many")


def _scale_with_nan(generation: Path) -> None:
    _edit(generation, scale={"far_distance": 1.0, "pair_quantiles": [0.0, float("nan"), 1.0]})


def _pointer_elsewhere(generation: Path) -> None:
    shutil.copytree(generation, generation.parents[1] / "generation-outside")
    (generation.parent / "current").write_text("../generation-outside")


def _pointer_to_nothing(generation: Path) -> None:
    (generation.parent / "current").write_text("generation-gone")


def _empty_pointer(generation: Path) -> None:
    (generation.parent / "current").write_bytes(b"")


def _no_folder(generation: Path) -> None:
    shutil.rmtree(generation.parent)


def _file_for_a_folder(generation: Path) -> None:
    shutil.rmtree(generation.parent)
    generation.parent.write_text("no folder")


_DAMAGES: dict[Callable[[Path], None], str] = {
    **dict.fromkeys((_zero_byte, _truncated, _odd_length, _garbage, _zeros, _one_bit), "damaged"),
    **dict.fromkeys((_no_annoy_file, _foreign_file, _no_numbers, _other_numbers), "damaged"),
    **dict.fromkeys((_pickled_numbers, _manifest_text, _manifest_list), "damaged"),
    **dict.fromkeys((_manifest_bytes, _huge_manifest, _negative_count), "damaged"),
    **dict.fromkeys((_count_too_small, _text_for_a_number, _scale_with_nan), "damaged"),
    **dict.fromkeys((_pointer_elsewhere, _empty_pointer, _file_for_a_folder), "damaged"),
    **dict.fromkeys((_no_manifest, _pointer_to_nothing, _no_folder), "missing"),
    _other_dimension: "made for another model",
    _other_model: "made for another model",
    _other_metric: "made by another version",
    _newer_format: "made by another version",
    _other_library: "made for another library",
}


@pytest.mark.parametrize("damage", _DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_a_broken_index_gives_the_exact_answer_and_a_note(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(_generation(folder))
    query = unit_vectors(1, seed=99)[0]
    answer = find_similar(folder, query, IDENTITY, restrict="none")
    ids, reached = nearest_ids(unit_vectors(300), query, 10)
    assert [match.case.case_id for match in answer.matches] == ids
    assert np.allclose([match.distance for match in answer.matches], reached)
    (note,) = answer.notes
    assert note.startswith(f"The search index is {_DAMAGES[damage]}")
    assert verify(folder)[-1] == note


def test_an_index_of_other_vectors_under_this_librarys_name_is_noticed(folder: Path) -> None:
    with Library.open(folder) as library:
        library_id = library.library_id
    numbers = np.arange(1, 301)
    build_index(folder, library_id, IDENTITY, numbers, unit_vectors(300, seed=5))
    query = unit_vectors(1, seed=99)[0]
    answer = find_similar(folder, query, IDENTITY, restrict="none")
    assert [m.case.case_id for m in answer.matches] == nearest_ids(unit_vectors(300), query, 10)[0]
    assert "made for another library" in answer.notes[0]


def test_a_file_truncated_after_opening_does_no_harm(folder: Path) -> None:
    query = unit_vectors(1, seed=99)[0]
    before = find_similar(folder, query, IDENTITY)
    _zero_byte(_generation(folder))
    after = find_similar(folder, query, IDENTITY)
    assert after.notes == ()
    assert [m.distance for m in after.matches] == [m.distance for m in before.matches]
    forget_open_indexes()
    assert "damaged" in find_similar(folder, query, IDENTITY).notes[0]


def test_rebuilding_replaces_a_damaged_index(folder: Path) -> None:
    _garbage(_generation(folder))
    with pytest.raises(IndexProblem):
        _open(folder)
    rebuild(folder, old_seconds=0)
    _open(folder)
    names = sorted(path.name for path in (folder / INDEX_FOLDER).iterdir())
    assert names == ["current", _generation(folder).name]


def test_a_younger_generation_is_kept_for_those_who_read_it(folder: Path) -> None:
    first = _generation(folder)
    rebuild(folder)
    assert first.exists()
    assert _generation(folder) != first


_REBUILD = """
import sys
from pathlib import Path
from ichviewer.library.upkeep import rebuild
for _ in range(8):
    rebuild(Path(sys.argv[1]))
"""


def test_searching_goes_on_while_another_process_rebuilds(folder: Path) -> None:
    root = Path(__file__).parents[2]
    query = unit_vectors(1, seed=99)[0]
    ids, _ = nearest_ids(unit_vectors(300), query, 10)
    generations = set()
    with subprocess.Popen(
        [sys.executable, "-c", _REBUILD, str(folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as builder:
        while builder.poll() is None:
            forget_open_indexes()
            answer = find_similar(folder, query, IDENTITY, restrict="none")
            assert [match.case.case_id for match in answer.matches] == ids
            assert answer.notes == ()
            generations.add(_generation(folder).name)
    assert builder.returncode == 0
    assert len(generations) > 1


def test_a_cancelled_build_changes_nothing(folder: Path) -> None:
    before = sorted((folder / INDEX_FOLDER).rglob("*"))

    def cancel(done: int, total: int, what: str) -> None:
        raise Cancelled

    with Library.open(folder) as library:
        library_id = library.library_id
    with pytest.raises(Cancelled):
        build_index(
            folder, library_id, IDENTITY, np.arange(1, 301), unit_vectors(300), progress=cancel
        )
    assert sorted((folder / INDEX_FOLDER).rglob("*")) == before
    _open(folder)


def test_an_index_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / INDEX_FOLDER).write_text("a file stands where the folder should be")
    with pytest.raises(LibraryError, match="cannot be written"):
        build_index(tmp_path, "id", IDENTITY, np.arange(1, 11), unit_vectors(10))


def test_an_index_of_one_case_can_be_built_and_opened(tmp_path: Path) -> None:
    with Library.create(tmp_path) as library:
        library.add(make_case(0, unit_vectors(1)[0]), IDENTITY)
    manifest = rebuild(tmp_path)
    assert replace(manifest.scale, far_distance=0.0).pair_quantiles == ()
    assert not find_similar(tmp_path, unit_vectors(1)[0], IDENTITY).notes
