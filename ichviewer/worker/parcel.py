"""Values whose large arrays cross the process boundary in shared memory, never as copies in a pipe.

Pickle protocol 5 hands the arrays of any value out of band; they are laid side by side in one
segment, and the receiver's arrays look into that segment, read-only. The receiver's side of the
window unlinks the segment as soon as both processes have it mapped, so no name outlives a crash.
"""

import os
import pickle
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from shutil import disk_usage
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Smaller arrays travel inside the pickle: a segment costs more than their copy.
SHARED_FROM_BYTES = 64 * 1024
_ALIGNMENT = 64
_LINUX_SEGMENTS = Path("/dev/shm")


@dataclass(frozen=True)
class Parcel:
    """A packed value.

    Parameters
    ----------
    body
        The pickle, without its large arrays.
    segment
        Name of the shared-memory segment that holds them; empty where there are none.
    spans
        Offset and length in bytes of every array in the segment, in pickle's order.
    """

    body: bytes
    segment: str = ""
    spans: tuple[tuple[int, int], ...] = ()


def memory_of(segment: SharedMemory) -> memoryview:
    """The bytes of an open segment."""
    if segment.buf is None:
        raise ValueError("the segment is closed")
    return segment.buf


class _Mapping:
    """Keeps a segment mapped for as long as any array looks into it.

    numpy's array interface holds this object but no export of the segment's buffer, so the
    segment can close itself when the last array is gone.
    """

    def __init__(self, segment: SharedMemory) -> None:
        self._segment = segment
        whole = np.frombuffer(memory_of(segment), dtype=np.uint8)
        address = whole.__array_interface__["data"][0]
        self.__array_interface__ = {
            "shape": whole.shape,
            "typestr": whole.dtype.str,
            "data": (address, True),
            "version": 3,
        }


def pack(value: object, announce: Callable[[str], None]) -> tuple[Parcel, SharedMemory | None]:
    """Pack a value.

    Parameters
    ----------
    value
        Anything that pickles.
    announce
        Told the segment's name before it exists, so that it can be removed whatever happens next.

    Returns
    -------
    The parcel, and the segment to keep open until the receiver has attached it.
    """
    buffers: list[pickle.PickleBuffer] = []

    def stays_in_body(buffer: pickle.PickleBuffer) -> bool:
        if buffer.raw().nbytes < SHARED_FROM_BYTES:
            return True
        buffers.append(buffer)
        return False

    body = pickle.dumps(value, protocol=5, buffer_callback=stays_in_body)
    if not buffers:
        return Parcel(body), None
    spans = _lay_out([buffer.raw().nbytes for buffer in buffers])
    size = sum(spans[-1])
    if not _has_room(size):
        return Parcel(pickle.dumps(value, protocol=5)), None
    name = segment_name()
    announce(name)
    segment = SharedMemory(name, create=True, size=size)
    _fill(segment, spans, buffers)
    return Parcel(body, name, spans), segment


def unpack(parcel: Parcel) -> Any:
    """The packed value; its large arrays are read-only views into the parcel's segment."""
    if not parcel.segment:
        return pickle.loads(parcel.body)
    shared: NDArray[np.uint8] = np.asarray(_Mapping(SharedMemory(parcel.segment)))
    buffers = [shared[offset : offset + length] for offset, length in parcel.spans]
    return pickle.loads(parcel.body, buffers=buffers)


def unlink(name: str) -> None:
    """Remove a segment's name; its memory goes when the last process lets go of it."""
    try:
        segment = SharedMemory(name)
    except FileNotFoundError:
        return
    segment.unlink()
    segment.close()


def _fill(
    segment: SharedMemory, spans: tuple[tuple[int, int], ...], buffers: list[pickle.PickleBuffer]
) -> None:
    # numpy copies without holding the interpreter's lock, so the window stays alive meanwhile.
    whole = np.frombuffer(memory_of(segment), dtype=np.uint8)
    for (offset, length), buffer in zip(spans, buffers, strict=True):
        np.copyto(whole[offset : offset + length], np.frombuffer(buffer.raw(), dtype=np.uint8))


def segment_name() -> str:
    """A new name that tells whose segment it is; short enough for macOS."""
    return f"ichv-{os.getpid()}-{secrets.token_hex(6)}"


def _lay_out(lengths: list[int]) -> tuple[tuple[int, int], ...]:
    spans, offset = [], 0
    for length in lengths:
        spans.append((offset, length))
        offset += -(-length // _ALIGNMENT) * _ALIGNMENT
    return tuple(spans)


def _has_room(size: int) -> bool:
    """Whether writing a segment cannot end in SIGBUS, as in a container with a small /dev/shm."""
    return not _LINUX_SEGMENTS.is_dir() or disk_usage(_LINUX_SEGMENTS).free > size
