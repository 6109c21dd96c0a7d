"""The search for garbage leaves out what stands."""

import gc
from collections.abc import Iterator

import pytest

from ichviewer.ui.garbage import spare_what_stands


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_stands_is_left_out_and_new_garbage_is_still_found() -> None:
    standing = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    before = gc.get_freeze_count()
    spare_what_stands()
    assert gc.get_freeze_count() >= before + len(standing)
    loop: list[object] = []
    loop.append(loop)
    del loop
    assert gc.collect() >= 1
