"""Real series from `../shared/data`, where that set of public data is at hand."""

from functools import lru_cache
from pathlib import Path

import pytest

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Series
from ichviewer.imaging.volume import Volume

DATA = Path(__file__).parents[3] / "shared" / "data"
GE_HEAD = DATA / "dcm_qa_ct" / "In" / "GE"
TOSHIBA_HEAD = DATA / "toshiba_head"
PHILIPS_PHANTOM = DATA / "dcm_qa_ct" / "In" / "Philips"
SINGLE_SLICES = DATA / "single_slices"


@lru_cache
def series_of(folder: Path) -> tuple[Series, ...]:
    """All series of a folder; the test is skipped where the folder is not there."""
    if not folder.is_dir():
        pytest.skip(f"needs {folder.name} of ../shared/data, which is not here")
    return scan_folder(folder).series


@lru_cache(maxsize=1)
def volume_of(folder: Path, index: int = 0) -> Volume:
    """One series of a folder as a Volume; the last one is kept."""
    return load_volume(series_of(folder)[index])
