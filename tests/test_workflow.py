"""The story, step by step, on simulated series; and what the window's process must never hold."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ichviewer import paths, workflow
from ichviewer.errors import LibraryError, NotDicomError
from ichviewer.library.case import Case
from ichviewer.library.store import Library
from ichviewer.report.card import case_id
from ichviewer.settings import Settings, write_settings
from ichviewer.worker import Limits
from ichviewer.worker.limits import limits_of
from tests.dicom import make

PARSERS = ("pydicom", "imagecodecs", "onnxruntime", "annoy", "SimpleITK", "sklearn", "sqlite3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make.series(tmp_path / "head", count=8)
    make.series(tmp_path / "scout", count=2, series="2")
    return tmp_path


def test_the_windows_process_holds_no_parser(folder: Path) -> None:
    program = f"""
import json, sys
from pathlib import Path
from ichviewer import workflow, settings, logs, paths
from ichviewer.report import summary, table
if __name__ == "__main__":
    with workflow.start_worker(processes=1) as worker:
        scan = worker.run(workflow.open_folder, Path({str(folder)!r}))
        series = workflow.best_series(scan)
        volume = worker.run(workflow.open_series, series)
        table.scan_text(scan)
    print(json.dumps([volume.hu.shape, [m for m in {PARSERS!r} if m in sys.modules]]))
"""
    script = folder / "window.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == [[8, make.ROWS, make.COLUMNS], []]


def test_the_window_itself_imports_no_parser() -> None:
    program = "import sys, ichviewer.ui.application; print([m for m in {!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program.format(PARSERS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin"},
    )
    assert done.stdout.strip() == "[]"


def test_steps_that_read_files_can_leave_one_out() -> None:
    for step in (workflow.open_folder, workflow.open_series, workflow.open_case):
        assert limits_of(step) == Limits(file_s=10.0, leaves_out_files=True)


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


def test_the_users_library_comes_before_the_shipped_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICHVIEWER_DATA", str(tmp_path))
    assert workflow.library_folder() == paths.starter_library_folder()
    (tmp_path / "library").mkdir()
    assert workflow.library_folder() == tmp_path / "library"
    write_settings(Settings(library_folder=tmp_path / "ours"), paths.settings_file())
    assert workflow.library_folder() == tmp_path / "ours"


def test_a_users_case_opens_its_own_series_or_none(folder: Path, tmp_path: Path) -> None:
    """The folder also holds a larger series, which must not be shown in its place."""
    library = tmp_path / "cases"
    Library.create(library).close()
    scan = workflow.open_folder(folder)
    small = min(scan.series, key=lambda series: len(series.instances))
    name = case_id(workflow.open_series(small))
    vector = np.zeros(0, np.float32)
    case = Case(name, (), {}, "", "", "model (x 1)", False, 0, b"", vector, str(folder))
    series, volume = workflow.open_case(case, library)
    assert series == small
    assert volume.shape_kji[0] == 2
    for instance in small.instances:
        instance.path.unlink()
    with pytest.raises(LibraryError, match="no longer where they were stored"):
        workflow.open_case(case, library)


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    case = Case("c1", (), {}, "", "", "simulator (exact)", True, 0, b"", np.zeros(0, np.float32))
    with pytest.raises(LibraryError, match="no case library"):
        workflow.open_case(case, tmp_path)
