"""Opening the images of a stored case."""

from pathlib import Path

import numpy as np
import pytest

from ichviewer import workflow
from ichviewer.errors import LibraryError
from ichviewer.library.case import Case
from ichviewer.library.store import Library
from ichviewer.report.card import case_id


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
