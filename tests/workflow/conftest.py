"""A folder with two simulated series."""

from pathlib import Path

import pytest

from tests.dicom import make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make.series(tmp_path / "head", count=8)
    make.series(tmp_path / "scout", count=2, series="2")
    return tmp_path
