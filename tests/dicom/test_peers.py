"""Against other readers: voxel for voxel where they are right, and never silently wrong."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.dicom import peers
from tests.dicom.make import series
from tests.dicom.peer_table import CHANGES, DATA, REAL, expected, truth_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
    pytest.mark.filterwarnings("ignore::UserWarning:nibabel"),
]
needs_dcm2niix = pytest.mark.skipif(
    shutil.which("dcm2niix") is None, reason="dcm2niix is not installed"
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_series_is_right_or_refused(change: str, tmp_path: Path) -> None:
    CHANGES[change][0](tmp_path)
    score = peers.score(peers.ichviewer(tmp_path), expected(tmp_path, change))
    assert score.verdict == "right" or (score.count == 0 and score.said), score


@needs_dcm2niix
@pytest.mark.parametrize("tilt_deg", [0.0, 18.5])
def test_hu_equal_dcm2niix(tilt_deg: float, tmp_path: Path) -> None:
    series(tmp_path, 12, tilt_deg=tilt_deg)
    ours, theirs = peers.ichviewer(tmp_path), peers.dcm2niix(tmp_path)
    score = peers.score(theirs, ours)
    assert (score.count, score.truth, score.hu) == (12, 12, 0.0)
    # Without tilt the millimetres agree, too; with tilt they cannot.
    assert (score.corner_mm < 1e-3) == (tilt_deg == 0.0)


@needs_dcm2niix
@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason=f"no real data: {DATA} is absent")
@pytest.mark.parametrize("name", REAL)
def test_real_series_voxel_for_voxel(name: str) -> None:
    folder = DATA / REAL[name]
    ours = peers.ichviewer(folder)
    assert peers.score(ours, truth_of(folder)).verdict == "right"
    theirs = peers.dcm2niix(folder)
    if theirs.slices:
        assert peers.score(theirs, ours).hu == 0.0


def test_the_scale_itself_can_tell_right_from_wrong(tmp_path: Path) -> None:
    series(tmp_path, 4)
    right = peers.ichviewer(tmp_path)
    moved = peers.Slice(right.slices[0].corners_lps_mm + 0.02, right.slices[0].hu)
    brighter = peers.Slice(right.slices[0].corners_lps_mm, right.slices[0].hu + np.int16(1))
    assert peers.score(right, right).verdict == "right"
    for wrong in (moved, brighter):
        reading = peers.Reading((wrong, *right.slices[1:]))
        assert peers.score(reading, right).verdict == "SILENTLY WRONG"
    assert peers.score(peers.Reading(right.slices[1:]), right).verdict == "SILENTLY WRONG"
    assert peers.score(peers.Reading((), "refused"), right).verdict == "said"
