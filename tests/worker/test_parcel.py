"""Values through shared memory."""

import gc
from pathlib import Path

import numpy as np
import pytest

from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.worker import parcel
from ichviewer.worker.parcel import SHARED_FROM_BYTES, pack, unlink, unpack


def volume() -> Volume:
    shape = (4, 200, 200)
    positions = np.stack([[-50.0, -60.0, 5.0 * k] for k in range(shape[0])])
    grid = Grid(shape, positions, np.array([0.5, 0.0, 0.0]), np.array([0.0, 0.5, 0.0]))
    hu = np.arange(np.prod(shape), dtype=np.int64).reshape(shape) % 4000 - 1000
    return Volume(hu.astype(np.int16), grid, notes=("a note",), padding=hu < -900)


def test_a_volume_crosses_whole_and_read_only() -> None:
    sent, names = volume(), []
    packed, segment = pack(sent, names.append)
    assert segment is not None
    got = unpack(packed)
    unlink(packed.segment)
    segment.close()
    assert names == [packed.segment]
    assert len(packed.body) < SHARED_FROM_BYTES
    np.testing.assert_array_equal(got.hu, sent.hu)
    np.testing.assert_array_equal(got.padding, sent.padding)
    np.testing.assert_array_equal(got.grid.affine, sent.grid.affine)
    assert got.notes == sent.notes
    assert not got.hu.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        got.hu[0, 0, 0] = 1


def test_the_memory_lives_as_long_as_any_view_of_it() -> None:
    packed, segment = pack(np.arange(100_000), lambda name: None)
    assert segment is not None
    array = unpack(packed)
    unlink(packed.segment)
    segment.close()
    view = array[50_000:]
    del array
    gc.collect()
    assert view[0] == 50_000


def test_small_values_need_no_segment() -> None:
    packed, segment = pack({"a": np.arange(10)}, pytest.fail)
    assert segment is None
    assert packed.segment == ""
    np.testing.assert_array_equal(unpack(packed)["a"], np.arange(10))


@pytest.mark.parametrize("order", ["C", "F"])
def test_several_arrays_keep_dtype_shape_and_order(order: str) -> None:
    arrays = [
        np.asarray(np.random.default_rng(7).normal(size=(90, 100, 11)), dtype=dtype, order=order)
        for dtype in (np.float64, np.float32, np.complex64)
    ]
    packed, segment = pack(arrays, lambda name: None)
    assert segment is not None
    got = unpack(packed)
    unlink(packed.segment)
    segment.close()
    for left, right in zip(arrays, got, strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)


def test_without_room_the_arrays_travel_in_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel, "_has_room", lambda size: False)
    array = np.arange(100_000)
    packed, segment = pack(array, pytest.fail)
    assert segment is None
    np.testing.assert_array_equal(unpack(packed), array)


def test_unlinking_twice_is_no_trouble() -> None:
    unlink("ichv-never-was")


def test_nothing_stays_in_shared_memory() -> None:
    folder = Path("/dev/shm")
    if not folder.is_dir():
        pytest.skip("no /dev/shm here")
    packed, segment = pack(np.arange(100_000), lambda name: None)
    assert segment is not None
    assert (folder / packed.segment).exists()
    unlink(packed.segment)
    segment.close()
    assert not (folder / packed.segment).exists()
