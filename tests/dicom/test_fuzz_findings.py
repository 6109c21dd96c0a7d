"""What fuzzing has found stays found: each finding as the smallest file that shows it."""

from collections.abc import Callable

import pytest

from tests.dicom.bad_inputs import GOOD, content_of
from tests.dicom.fuzz import read
from tests.dicom.make import ct_slice, enhanced


def frame_without_position() -> bytes:
    """Frames of one file that are placed and frames that are not, arranged together."""
    dataset = enhanced([ct_slice(k) for k in range(4)])
    position = dataset.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0]
    position.ImagePositionPatient = [0.0, 1.0]
    return content_of(dataset)


def frames_at_one_position() -> bytes:
    return content_of(enhanced([ct_slice(0)] * 3))


def unknown_vr_of_no_length() -> bytes:
    """An empty element of a VR that pydicom refuses to convert."""
    at = GOOD.index(b"\x08\x00\x30\x00TM")
    return GOOD[: at + 4] + b"T\0\0\0" + b"\0" * 4 + GOOD[at + 8 + 6 :]


FINDINGS: dict[str, Callable[[], bytes]] = {
    one.__name__: one
    for one in (frame_without_position, frames_at_one_position, unknown_vr_of_no_length)
}


@pytest.mark.parametrize("finding", FINDINGS)
def test_finding(finding: str) -> None:
    assert read(FINDINGS[finding]()) in ("read", "refused", "not decoded")


def test_the_fuzz_target_reads_what_is_good() -> None:
    assert read(GOOD) == "read"
    assert read(GOOD[:-1]) == "refused"
