"""`ichviewer-cli compare`, run as a user runs it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from ichviewer import cli, paths
from tests.dicom import make

needs_model = pytest.mark.skipif(
    not any(paths.models_folder().glob("*/*.onnx")), reason="needs a model"
)
needs_demo = pytest.mark.skipif(not paths.demo_study_folder().is_dir(), reason="no demo study")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def strict(path: Path) -> Any:
    """JSON without NaN or Infinity."""
    return json.loads(path.read_text(), parse_constant=pytest.fail)


def test_what_shows_no_head_is_not_aligned_but_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make.series(tmp_path / "study", count=6)
    file = tmp_path / "changes.json"
    code, out, _ = run(capsys, "compare", tmp_path / "study", tmp_path / "study", "--json", file)
    assert code == cli.OK
    assert "Not aligned: the current series shows no skull with a brain in it." in out
    assert "Both are the same series." in out
    assert strict(file)["alignment"]["grade"] == "refused"
    assert strict(file)["growth"] is None
    resampled = tmp_path / "prior.nii.gz"
    code, _, err = run(
        capsys, "compare", tmp_path / "study", tmp_path / "study", "--resampled", resampled
    )
    assert code == cli.TROUBLE
    assert "prior.nii.gz was not written. Not aligned:" in err
    assert not resampled.exists()


@pytest.mark.slow
@needs_model
@needs_demo
def test_the_demo_is_stable_against_itself(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    demo, file, prior = paths.demo_study_folder(), tmp_path / "a.json", tmp_path / "prior.nii.gz"
    code, out, _ = run(capsys, "compare", demo, demo, "--json", file, "--resampled", prior)
    assert code == cli.OK
    assert "AI result, not for primary diagnosis" in out
    found = strict(file)
    assert found["alignment"]["shift_mm"] < 0.1
    assert not found["growth"]
    assert {one["trend"] for one in found["lesions"]} <= {"stable"}
    native = tmp_path / "native.nii.gz"
    assert run(capsys, "convert", demo, native)[0] == cli.OK
    there, here = (sitk.GetArrayFromImage(sitk.ReadImage(str(f))) for f in (prior, native))
    assert np.abs(there.astype(float) - here).mean() < 2.0
