"""Every bad input that is quick to make, alone and beside a good series."""

import errno
import io
from pathlib import Path

import pytest

from ichviewer.dicom.scan import scan_folder
from tests.dicom.bad_input_table import examine
from tests.dicom.bad_inputs import CASES, BadInput
from tests.dicom.make import series

QUICK = [case for case in CASES if not case.slow]
SLOW = [case for case in CASES if case.slow]


def name_of(case: BadInput) -> str:
    return f"{case.number}-{case.name[:30]}"


@pytest.mark.parametrize("beside_good", [False, True], ids=["alone", "beside"])
@pytest.mark.parametrize("case", QUICK, ids=name_of)
def test_bad_input(case: BadInput, beside_good: bool, tmp_path: Path) -> None:
    if case.skip:
        pytest.skip(case.skip)
    outcome = examine(case, tmp_path / "case", beside_good)
    assert not outcome.failure, outcome


@pytest.mark.slow
@pytest.mark.parametrize("case", SLOW, ids=name_of)
def test_slow_bad_input(case: BadInput, tmp_path: Path) -> None:
    outcome = examine(case, tmp_path / "case", beside_good=True)
    assert not outcome.failure, outcome


class ScratchedDisc(io.BytesIO):
    """A file of 5,000 bytes that the drive cannot read."""

    def __init__(self) -> None:
        super().__init__(bytes(5000))

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_read_errors_of_a_disc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, system_open = series(tmp_path), Path.open
    monkeypatch.setattr(
        Path, "open",
        lambda path, mode: ScratchedDisc() if path == paths[3] else system_open(path, mode),
    )  # fmt: skip
    result = scan_folder(tmp_path)
    assert result.skipped[0].sentence == "0003.dcm cannot be read (Input/output error)."
    assert len(result.series[0].instances) == 7


def test_every_number_of_the_list_has_a_case() -> None:
    assert {case.number for case in CASES} == set(range(1, 115))
