"""Pictures as studies: known again by their content, and named where they cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from ichviewer.dicom.picture import scan_pictures
from ichviewer.dicom.study import Permission
from ichviewer.dicom.study_list import source_of
from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.picture import encode_png
from ichviewer.workflow import open_series

BRAIN = GreyScale(0, 80)
HALF_MM = (0.5, 0.5)


def picture(path: Path, value: int = 100) -> Path:
    path.write_bytes(encode_png(np.full((40, 50), value, np.uint8)))
    return path


def test_a_picture_is_a_study_of_one_slice(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    scan = scan_pictures([path], BRAIN, HALF_MM)
    (series,) = scan.series
    assert (series.description, series.rows, series.columns) == ("a.png", 40, 50)
    assert series.permits(Permission.AI)
    assert not series.permits(Permission.MPR)
    assert not series.permits(Permission.VOLUMETRY)
    assert scan.studies[0].is_picture
    assert source_of(scan.studies[0]) is None
    volume = open_series(series)
    assert volume.spacing_mm[1:] == HALF_MM
    assert volume.hu[0, 0, 0] == pytest.approx(80 * 100 / 255, abs=1e-4)


def test_the_same_picture_is_known_again_and_another_is_not(tmp_path: Path) -> None:
    first, copy = picture(tmp_path / "a.png"), picture(tmp_path / "b.png")
    other = picture(tmp_path / "c.png", 101)
    keys = [one.key for one in scan_pictures([first, copy, other], BRAIN, HALF_MM).series]
    assert keys[0] == keys[1] != keys[2]
    assert scan_pictures([first], GreyScale(0, 81), HALF_MM).series[0].key != keys[0]
    assert scan_pictures([first], BRAIN, (0.6, 0.6)).series[0].key != keys[0]


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "a.png"), tmp_path / "b.png"
    bad.write_bytes(b"no picture at all")
    scan = scan_pictures([bad, good], BRAIN, HALF_MM)
    assert len(scan.studies) == 1
    assert [one.path for one in scan.skipped] == [bad]
    assert scan.skipped_counts == {"not a grey picture": 1}
    with pytest.raises(UnsupportedPixelsError, match=r"b\.png is no PNG file"):
        scan_pictures([bad], BRAIN, HALF_MM)
