"""Logs: useful to a developer, empty of patients."""

import json
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from ichviewer import logs
from ichviewer.errors import NotDicomError, SettingsError
from ichviewer.worker.host import Death

CANARY = "CANARY^PATIENT"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    handler = logs.start_logging(tmp_path)
    yield tmp_path
    logs.stop_logging(handler)


def entries(folder: Path) -> list[dict[str, object]]:
    text = (folder / logs.LOG_NAME).read_text()
    assert CANARY not in text
    return [json.loads(line) for line in text.splitlines()]


def test_an_event_with_numbers_words_and_paths(folder: Path) -> None:
    file = Path("/data") / CANARY / "IM1"
    fields = {"slices": 85, "why": Death.CRASH, "file": file, "who": CANARY, "missing": None}
    logging.getLogger("ichviewer.test").info("series opened", extra=fields)
    (entry,) = entries(folder)
    assert entry["event"] == "series opened"
    assert entry["slices"] == 85
    assert entry["why"] == "crash"
    assert entry["file"] == logs.path_token(file)
    assert entry["who"] == "<str>"
    assert entry["missing"] is None
    assert str(entry["at"]).startswith("ichviewer.test:")


def test_arguments_of_a_message_are_not_written(folder: Path) -> None:
    logging.getLogger("ichviewer.test").warning("opened %s", CANARY)
    assert entries(folder)[0]["event"] == "opened %s"


def test_foreign_libraries_leave_their_place_only(folder: Path) -> None:
    logging.getLogger("foreign").warning(f"Invalid value for VR PN: {CANARY}")
    (entry,) = entries(folder)
    assert "event" not in entry
    assert str(entry["at"]).startswith("foreign:")
    assert entry["level"] == "WARNING"


def test_exceptions_leave_types_and_places_only(folder: Path) -> None:
    def read() -> None:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise NotDicomError(f"{CANARY} holds no DICOM.") from error

    try:
        read()
    except NotDicomError:
        logging.getLogger("ichviewer.test").exception("step failed")
    exception = entries(folder)[0]["exception"]
    assert isinstance(exception, list)
    assert exception[0] == "NotDicomError"
    assert "ValueError" in exception
    assert any("test_logs.py" in line and "read" in line for line in exception)


def test_equal_paths_have_equal_tokens() -> None:
    assert logs.path_token(Path("/a/b")) == logs.path_token(Path("/a/b"))
    assert logs.path_token(Path("/a/b")) != logs.path_token(Path("/a/c"))


def test_logs_rotate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = (h for h in logging.getLogger().handlers if isinstance(h, RotatingFileHandler))
    monkeypatch.setattr(handler, "maxBytes", 500)
    for number in range(50):
        logging.getLogger("ichviewer.test").info("event", extra={"number": number})
    assert 1 < len(list(folder.iterdir())) <= logs.LOG_FILES + 1


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="No log can be written"):
        logs.start_logging(tmp_path / "file" / "logs")
