"""The settings file: read, checked, and written whole or not at all."""

import json
import os
from pathlib import Path

import pytest

from ichviewer.errors import SettingsError
from ichviewer.imaging.window import Window
from ichviewer.settings import SIZE_LIMIT_BYTES, Settings, read_settings, write_settings


def test_without_a_file_the_usual_settings_apply(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.json") == Settings()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    chosen = Settings(
        device="cpu",
        library_folder=tmp_path / "cases",
        theme="light",
        mouse_scheme="own",
        own_mouse={"Ctrl+Wheel": "zoom"},
        keys={"View: Invert": ("Ctrl+J", "F7"), "View: Full screen": ()},
        presets=(*Settings().presets[:6], Window(45.5, 100, "mine")),
        window_sensitivity=2.5,
        cine_hz=24,
        is_cine_to_and_fro=True,
        is_read_then_reveal=True,
        is_introduced=True,
        type_opacity={"subdural": 0.4},
        window_px=(-1900, 20, 1500, 900),
        is_maximized=True,
        is_reading_ahead=True,
        recent=(tmp_path / "a", tmp_path / "b"),
    )
    write_settings(chosen, tmp_path / "new" / "settings.json")
    assert read_settings(tmp_path / "new" / "settings.json") == chosen


def test_unknown_entries_are_ignored_and_missing_ones_are_usual(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"device": "gpu", "from_a_later_version": [1, 2]}')
    assert read_settings(file) == Settings(device="gpu")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "JSON"),
        ("[1]", "object"),
        ("[" * 5000, "JSON"),
        ("\xff\xfe", "JSON"),
        (" " * (SIZE_LIMIT_BYTES + 1), "too large"),
        ('{"device": "quantum"}', "device"),
        ('{"device": null}', "device"),
        ('{"library_folder": 7}', "library_folder"),
        ('{"theme": "pink"}', "theme"),
        ('{"mouse_scheme": 3}', "mouse_scheme"),
        ('{"own_mouse": {"Wheel": 1}}', "own_mouse"),
        ('{"keys": {"View: Invert": "I"}}', "keys"),
        ('{"presets": []}', "presets"),
        ('{"type_opacity": {"subdural": 3}}', "type_opacity"),
        ('{"presets": [1, 2, 3, 4, 5, 6, 7]}', "presets"),
        ('{"window_sensitivity": 0}', "window_sensitivity"),
        ('{"window_sensitivity": NaN}', "window_sensitivity"),
        ('{"cine_hz": true}', "cine_hz"),
        ('{"is_cine_to_and_fro": 1}', "is_cine_to_and_fro"),
        ('{"window_px": [0, 0, 100]}', "window_px"),
        ('{"window_px": [0, 0, 0, 100]}', "window_px"),
        ('{"window_px": 7}', "window_px"),
        ('{"recent": "a"}', "recent"),
        ('{"recent": [1]}', "recent"),
        ('{"is_private": "no"}', "is_private"),
    ],
)
def test_nonsense_is_named(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=word) as caught:
        read_settings(file)
    assert str(file) in str(caught.value)


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "settings.json")


def test_a_failed_write_leaves_the_old_settings_and_no_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    write_settings(Settings(device="cpu"), file)

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        write_settings(Settings(device="gpu"), file)
    assert json.loads(file.read_text())["device"] == "cpu"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
