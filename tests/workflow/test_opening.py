"""Opening simulated series, step by step."""

from pathlib import Path

import numpy as np
import pytest

from ichviewer import workflow
from ichviewer.errors import NotDicomError
from tests.dicom import make


def test_open_folder_then_series(folder: Path) -> None:
    scan = workflow.open_folder(folder)
    assert sorted(len(series.instances) for series in scan.series) == [2, 8]
    series = workflow.best_series(scan)
    assert (series.kvp, series.age_years) == (120.0, 50.0)
    volume = workflow.open_series(series)
    np.testing.assert_array_equal(volume.hu[3], make.hu_of(3))


def test_excluded_files_are_named_and_the_rest_opens(folder: Path) -> None:
    bad = folder / "head" / "0003.dcm"
    scan = workflow.open_folder(folder, excluded={bad: "took longer than 10 s to read"})
    assert [skipped.sentence for skipped in scan.skipped] == [
        "0003.dcm took longer than 10 s to read."
    ]
    assert scan.skipped_counts["stopped the reader"] == 1
    assert max(len(series.instances) for series in scan.series) == 7
    series = workflow.best_series(workflow.open_folder(folder))
    volume = workflow.open_series(series, excluded={bad: "made the reading process crash"})
    assert volume.shape_kji[0] == 7
    assert "Left out: 0003.dcm made the reading process crash." in volume.notes
    np.testing.assert_array_equal(volume.hu[3], make.hu_of(4))


def test_a_series_is_named_by_the_beginning_of_its_key(folder: Path) -> None:
    scan = workflow.open_folder(folder)
    for series in scan.series:
        assert workflow.best_series(scan, series.key[:8]) is series
    with pytest.raises(NotDicomError, match="No series has the key zzz"):
        workflow.best_series(scan, "zzz")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotDicomError, match="does not exist"):
        workflow.open_folder(tmp_path / "nowhere")
