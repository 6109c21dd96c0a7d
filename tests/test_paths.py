"""Where things are, in a checkout and in a frozen bundle."""

import sys
from pathlib import Path

import pytest

from ichviewer import paths


def test_a_checkout_finds_what_ships_beside_the_package() -> None:
    assert (paths.models_folder().parent / "pyproject.toml").is_file()
    assert paths.demo_study_folder() == paths.resources_folder() / "demo"
    assert paths.starter_library_folder() == paths.resources_folder() / "library"


def test_variables_point_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ICHVIEWER_MODELS", str(tmp_path / "m"))
    monkeypatch.setenv("ICHVIEWER_RESOURCES", str(tmp_path / "r"))
    monkeypatch.setenv("ICHVIEWER_DATA", str(tmp_path / "d"))
    assert paths.models_folder() == tmp_path / "m"
    assert paths.demo_study_folder() == tmp_path / "r" / "demo"
    assert paths.user_library_folder() == tmp_path / "d" / "library"
    assert paths.settings_file() == tmp_path / "d" / "settings.json"
    assert paths.readings_folder() == tmp_path / "d" / "readings"
    assert paths.logs_folder() == tmp_path / "d" / "logs"


def test_a_frozen_program_uses_its_own_folder_and_no_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("ICHVIEWER_MODELS", "ICHVIEWER_RESOURCES", "ICHVIEWER_DATA"):
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert paths.models_folder() == tmp_path / "bundle" / "models"
    assert paths.starter_library_folder() == tmp_path / "bundle" / "resources" / "library"
    users = (
        paths.user_library_folder(),
        paths.readings_folder(),
        paths.settings_file(),
        paths.logs_folder(),
    )
    assert not any(folder.is_relative_to(tmp_path / "elsewhere") for folder in users)
