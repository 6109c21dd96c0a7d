"""The self-test's own numbers, and what it says when something is wrong."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from ichviewer import paths, selftest, workflow
from tests.dicom import make


@pytest.mark.skipif(not paths.demo_study_folder().is_dir(), reason="no demo study yet")
def test_the_selftests_numbers_are_pydicoms_own() -> None:
    """What the self-test compares with is computed here without our reader."""
    datasets = [dcmread(file) for file in sorted(paths.demo_study_folder().rglob("*.dcm"))]
    datasets.sort(key=lambda dataset: float(dataset.ImagePositionPatient[2]))
    known = selftest.known_demo_facts()
    hu = np.stack(
        [d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) for d in datasets]
    )
    assert selftest.digest(hu) == known["hu_sha256"]
    last = datasets[-1]
    directions = np.array(last.ImageOrientationPatient, dtype=float).reshape(2, 3)
    steps = [(last.Columns - 1) * last.PixelSpacing[1], (last.Rows - 1) * last.PixelSpacing[0]]
    corner = np.array(last.ImagePositionPatient, dtype=float) + np.array(steps) @ directions
    np.testing.assert_allclose(corner, known["last_voxel_lps_mm"], atol=1e-3)


def test_every_failed_check_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make.series(tmp_path / "demo", count=4)
    monkeypatch.setenv("ICHVIEWER_RESOURCES", str(tmp_path))
    monkeypatch.setenv("ICHVIEWER_MODELS", str(tmp_path / "models"))
    with workflow.start_worker(processes=1) as worker:
        checks = list(selftest.selftest(worker))
    said = {check.name: check.sentence for check in checks}
    assert not any(check.is_ok for check in checks if check.name != "demo study")
    assert "selftest.json" in said["voxels"]
    assert said["models"] == "there is no model"
    assert "no case library" in said["library"]
    assert all(said.values())
