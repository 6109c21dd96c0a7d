"""What the window's process must never hold, and which steps can leave a file out."""

import json
import subprocess
import sys
from pathlib import Path

from ichviewer import workflow
from ichviewer.worker import Limits
from ichviewer.worker.limits import limits_of
from tests.dicom import make

PARSERS = ("pydicom", "imagecodecs", "onnxruntime", "annoy", "SimpleITK", "sklearn", "sqlite3")


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
