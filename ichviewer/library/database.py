"""The database file of a case library: the only home of SQLite.

Opening checks that the file is ours, whole, and not newer than the program; every trouble that
SQLite can report becomes a LibraryError with the sentence for the user.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psutil

from ichviewer.errors import LibraryError
from ichviewer.language import tr

APPLICATION_ID = 0x49434856  # "ICHV"
SCHEMA_VERSION = 1
BUSY_SECONDS = 5.0

#: Up to this size every opening reads the whole file once for damage; `check_pages` always does.
_QUICK_CHECK_BYTES = 32 << 20
_LONGEST_VALUE_BYTES = 16 << 20
#: Write-ahead logging needs shared memory, which these do not give (sqlite.org/wal.html).
_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "afpfs", "webdav", "fuse.sshfs"}
)

_SCHEMA = """
CREATE TABLE library (library_id TEXT NOT NULL) STRICT;
CREATE TABLE cases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id TEXT NOT NULL UNIQUE CHECK (case_id <> ''),
    side TEXT NOT NULL, site TEXT NOT NULL, label_source TEXT NOT NULL,
    is_simulated INTEGER NOT NULL, largest_slice INTEGER NOT NULL, series_path TEXT NOT NULL,
    age_band TEXT NOT NULL, sex TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE TABLE labels (
    case_number INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    kind TEXT NOT NULL, volume_ml REAL,
    PRIMARY KEY (case_number, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE thumbnails (
    case_number INTEGER PRIMARY KEY REFERENCES cases ON DELETE CASCADE,
    png BLOB NOT NULL
) STRICT;
CREATE TABLE vector_sets (identity TEXT PRIMARY KEY, dimension INTEGER NOT NULL) STRICT;
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL REFERENCES vector_sets ON DELETE CASCADE,
    case_number INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    vector BLOB NOT NULL,
    UNIQUE (identity, case_number)
) STRICT;
"""


class Database:
    """An open, checked database file; used by one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new file with empty tables and open it for writing."""
        with _sentences(path):
            connection = _connect(path, "rwc")
            connection.executescript(
                f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {SCHEMA_VERSION}; {_SCHEMA}"
                f"INSERT INTO library VALUES ('{uuid.uuid4().hex}'); COMMIT;"
            )
            _prepare_writing(connection, path)
        return cls(path, connection)

    @classmethod
    def open(cls, path: Path, writable: bool) -> Self:
        """Open a file that is there; to read, its folder may be read-only."""
        with _sentences(path):
            connection = _connect(path, "rw") if writable else _connect_to_read(path)
        database = cls(path, connection)
        try:
            with _sentences(path):
                _check_kind(connection, path)
            if path.stat().st_size <= _QUICK_CHECK_BYTES:
                database.check_pages()
            if writable:
                with _sentences(path):
                    _prepare_writing(connection, path)
        except LibraryError:
            connection.close()
            raise
        return database

    def close(self) -> None:
        """Close the file; safe to call again."""
        self._connection.close()

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """All rows of one statement."""
        with _sentences(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def insert(self, sql: str, *parameters: Any) -> int:
        """Run one INSERT and give the number of its row."""
        with _sentences(self.path):
            return self._connection.execute(sql, parameters).lastrowid or 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Changes inside are kept together when the block ends, or not at all."""
        self.rows("BEGIN IMMEDIATE")
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.rollback()
            raise

    def check_pages(self) -> None:
        """Read the whole file; raise LibraryError where it is damaged."""
        if self.rows("PRAGMA quick_check(1)")[0][0] != "ok":
            raise damaged(self.path)

    def seal(self) -> None:
        """Compact the file and leave no log beside it, so that it can be shipped read-only."""
        self.rows("PRAGMA journal_mode = DELETE")
        self.rows("VACUUM")


def damaged(path: Path) -> LibraryError:
    """The sentence for a file that does not hold what it should."""
    return LibraryError(
        tr(
            "The case library {path} is damaged. Restore it from a copy; nothing was changed.",
            path=path,
        )
    )


def _connect(path: Path, mode: str, immutable: bool = False) -> sqlite3.Connection:
    posix = path.resolve().as_posix()
    uri = f"file://{'' if posix.startswith('/') else '/'}{quote(posix)}?mode={mode}"
    connection = sqlite3.connect(
        uri + ("&immutable=1" if immutable else ""),
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
    )
    # A library may come from anywhere (sqlite.org/security.html).
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE_BYTES)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open read-only; as immutable where a read-only folder leaves no other way."""
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
        return connection
    except sqlite3.OperationalError as error:
        connection.close()
        if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise LibraryError(
                tr(
                    "The case library {path} was not closed properly and lies in a read-only "
                    "folder. Copy the folder to where you may write, and open the copy.",
                    path=path,
                )
            ) from error
    # Where no lock file can be made beside the database, nobody else can be writing either.
    return _connect(path, "ro", immutable=True)


def _prepare_writing(connection: sqlite3.Connection, path: Path) -> None:
    mode = "DELETE" if _is_on_network(path) else "WAL"
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("PRAGMA synchronous = FULL")


def _is_on_network(path: Path) -> bool:
    path = path.resolve()
    if path.drive.startswith("\\\\"):
        return True
    around = [p for p in psutil.disk_partitions(all=True) if path.is_relative_to(p.mountpoint)]
    if not around:
        return False
    nearest = max(around, key=lambda partition: len(partition.mountpoint))
    return nearest.fstype.lower() in _NETWORK_FILE_SYSTEMS or "remote" in nearest.opts.split(",")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise LibraryError(
            tr(
                "{path} is no ichviewer case library, or it is damaged. Choose another "
                "folder or restore the file from a copy.",
                path=path,
            )
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LibraryError(
            tr(
                "The case library {path} was made by a newer ichviewer (format {version}, "
                "this program reads up to {newest}). Update the program; nothing was changed.",
                path=path,
                version=version,
                newest=SCHEMA_VERSION,
            )
        )
    # An exact schema also keeps out triggers and views that a foreign file could bring.
    template = sqlite3.connect(":memory:")
    try:
        template.executescript(_SCHEMA)
        if _objects(connection) != _objects(template):
            raise damaged(path)
    finally:
        template.close()


def _objects(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    sql = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return set(connection.execute(sql))


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite says into the sentence for the user."""
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(path, error) from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _sentence(path: Path, error: sqlite3.Error) -> LibraryError:
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryError(
            tr(
                "The case library {path} is in use by another program. Try again in a moment.",
                path=path,
            )
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return LibraryError(
            tr(
                "The case library {path} cannot be opened, or may not be changed here. Check "
                "the permissions of its folder, or use a library in another folder.",
                path=path,
            )
        )
    if code == sqlite3.SQLITE_FULL:
        return LibraryError(
            tr(
                "The disk is full: nothing was added to the case library {path}. Make room "
                "and try again.",
                path=path,
            )
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path)
    return LibraryError(
        tr("The case library {path} cannot be read: {error}.", path=path, error=error)
    )
