"""Which case library is searched."""

from pathlib import Path

import pytest

from ichviewer import paths, workflow
from ichviewer.settings import Settings, write_settings


def test_the_users_library_comes_before_the_shipped_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICHVIEWER_DATA", str(tmp_path))
    assert workflow.library_folder() == paths.starter_library_folder()
    (tmp_path / "library").mkdir()
    assert workflow.library_folder() == tmp_path / "library"
    write_settings(Settings(library_folder=tmp_path / "ours"), paths.settings_file())
    assert workflow.library_folder() == tmp_path / "ours"
