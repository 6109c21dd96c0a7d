"""Logs that can be handed on: what happened, where in the program, and nothing about a patient.

One JSON object a line. Text is taken from the source code only: of our own records the constant
message, of a foreign library's the place alone, of an exception its type and the lines it passed.
Names of files and folders often carry names of people, so a path becomes a hash that is the same
within one installation's log and means nothing outside it.
"""

import hashlib
import json
import logging
import os
import secrets
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FunctionType, TracebackType

from ichviewer.errors import SettingsError
from ichviewer.language import tr

LOG_NAME = "ichviewer.log"
LOG_BYTES = 1_000_000
LOG_FILES = 5

_OWN = "ichviewer"
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
#: Makes equal paths look equal within one run, and guessing them useless.
_SALT = secrets.token_bytes(16)


def start_logging(folder: Path, level: int = logging.INFO) -> logging.Handler:
    """Write records of this program and of its libraries to a folder; returns the handler.

    Raises
    ------
    SettingsError
        The folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / LOG_NAME, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
    except OSError as error:
        raise SettingsError(
            tr("No log can be written to {folder}: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    handler.setFormatter(ScrubbingFormatter())
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger(_OWN).setLevel(level)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close what `start_logging` opened."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def path_token(path: Path) -> str:
    """A short stand-in for a path."""
    digest = hashlib.blake2b(os.fsencode(path), key=_SALT, digest_size=6).hexdigest()
    return f"path:{digest}"


class ScrubbingFormatter(logging.Formatter):
    """One JSON line a record, without any text that may come from data."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        is_own = record.name.split(".")[0] == _OWN
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "at": f"{record.name}:{record.lineno}",
            "process": record.process,
        }
        if is_own:
            # The template, never the finished message: arguments are fields or nothing.
            entry["event"] = str(record.msg)
            entry.update(_fields(record.__dict__))
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = describe_exception(record.exc_info[1], record.exc_info[2])
        return json.dumps(entry)


def describe_exception(
    error: BaseException | None, trace: TracebackType | None = None
) -> list[str]:
    """Types and places of an exception and of its causes, without their messages."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(type(error).__qualname__)
        frames = traceback.extract_tb(trace or error.__traceback__)
        lines += [f"  {Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        # What happened in a worker process arrives as places, too.
        lines += [f"  {place}" for place in getattr(error, "places", ())]
        error, trace = error.__cause__ or error.__context__, None
    return lines


def _fields(attributes: Mapping[str, object]) -> dict[str, object]:
    return {k: _plain(v) for k, v in attributes.items() if k not in _STANDARD}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, Path):
        return path_token(value)
    return f"<{type(value).__name__}>"
