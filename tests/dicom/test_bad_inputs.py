"""Every bad input that is quick to make, alone and beside a good series."""

from pathlib import Path

import pytest

from ichviewer.dicom.scan import scan_folder
from ichviewer.errors import NotDicomError
from tests.dicom.bad_input_table import examine
from tests.dicom.bad_inputs import CASES, BadInput

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


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_a_file_that_fails_while_it_is_read() -> None:
    with pytest.raises(NotDicomError, match=r"mem cannot be read \(Input/output error\)"):
        scan_folder(Path("/proc/self/mem"))


def test_every_number_of_the_list_has_a_case() -> None:
    assert {case.number for case in CASES} == set(range(1, 115))
