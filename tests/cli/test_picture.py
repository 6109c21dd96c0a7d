"""The command line over a picture of one slice of the demo."""

import json
from pathlib import Path

import numpy as np
import pytest

from ichviewer import paths
from ichviewer.cli import OK, TROUBLE, main
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.picture import encode_png
from ichviewer.imaging.window import PRESETS, apply_window


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The middle slice through the brain window."""
    volume = load_volume(scan_folder(paths.demo_study_folder()).series[0])
    grey = apply_window(volume.hu[len(volume.hu) // 2], PRESETS[1]).astype(np.uint8)
    path = tmp_path_factory.mktemp("pictures") / "slice.png"
    path.write_bytes(encode_png(grey))
    return path


def test_a_picture_is_read_and_said_to_be_one(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "findings.json"
    code = main(["analyze", str(picture), "--spacing-mm", "0.45", "--json", str(file)])
    out, err = capsys.readouterr()
    assert code == OK
    assert "black is 0 HU, white 80 HU, a pixel 0.45 mm" in err
    assert "A picture without geometry" in out
    findings = json.loads(file.read_text())
    assert findings["gate"]["answer"] == "warned"
    assert findings["priority"]["urgency"] == "suspected"
    assert "taken for the skull" in findings["volume_notes"][0]


def test_similar_cases_of_a_picture(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["similar", str(picture), "--spacing-mm", "0.45", "--json"]) == OK
    matches = json.loads(capsys.readouterr().out)
    assert len(matches["matches"]) == 10


def test_nonsense_is_one_sentence(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(picture), "--hu-white", "-5"]) == TROUBLE
    assert "white must be more than black" in capsys.readouterr().err
    assert main(["analyze", str(picture), "--spacing-mm", "50"]) == TROUBLE
    assert "50 mm is no pixel size" in capsys.readouterr().err
