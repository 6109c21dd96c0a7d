"""Cases on disk. The database is the truth, the search index beside it only a cache.

One folder is one library: `library.sqlite`, the index, and whatever images the cases point to.
Nothing that names a patient has a column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from ichviewer.errors import LibraryError
from ichviewer.language import tr
from ichviewer.library.case import Case
from ichviewer.library.database import Database, damaged
from ichviewer.library.rows import (
    CASE_COLUMNS,
    Numbers,
    Vectors,
    case_from_row,
    case_row,
    concordance,
    in_parts,
    vector_blob,
    vectors_from_blobs,
)

DATABASE_NAME = "library.sqlite"

_CHUNK_ROWS = 4096


class Library:
    """An open case library; use it in a `with` block, in one thread.

    Every method raises LibraryError with the sentence for the user.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty library in a folder, which may be new, and open it for writing."""
        if (folder / DATABASE_NAME).exists():
            raise LibraryError(tr("There already is a case library in {folder}.", folder=folder))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                tr(
                    "The folder {folder} for the case library cannot be made: {reason}.",
                    folder=folder,
                    reason=error.strerror,
                )
            ) from error
        return cls(folder, Database.create(folder / DATABASE_NAME))

    @classmethod
    def open(cls, folder: Path, writable: bool = False) -> Self:
        """Open the library of a folder; one that is only read may lie in a read-only folder."""
        if not (folder / DATABASE_NAME).is_file():
            raise LibraryError(
                tr(
                    "There is no case library in {folder}. Choose another folder or add a case.",
                    folder=folder,
                )
            )
        return cls(folder, Database.open(folder / DATABASE_NAME, writable))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library; safe to call again."""
        self._database.close()

    def __len__(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM cases")[0][0])

    @property
    def library_id(self) -> str:
        """Random name given at creation; tells an index which library it belongs to."""
        return str(self._database.rows("SELECT library_id FROM library")[0][0])

    def identities(self) -> dict[str, int]:
        """How many cases have a vector, by embedding identity."""
        sql = "SELECT identity, count(*) FROM vectors GROUP BY identity"
        return dict(self._database.rows(sql))

    def dimension(self, identity: str) -> int:
        """Length of the vectors of one identity, 0 where there are none."""
        sql = "SELECT dimension FROM vector_sets WHERE identity = ?"
        rows = self._database.rows(sql, identity)
        return int(rows[0][0]) if rows else 0

    def type_counts(self) -> dict[str, int]:
        """How many cases show each type; "none" counts the negative ones."""
        sql = "SELECT kind, count(*) FROM labels GROUP BY kind ORDER BY kind"
        counts = dict(self._database.rows(sql))
        positive = self._database.rows("SELECT count(DISTINCT case_number) FROM labels")[0][0]
        return {**counts, "none": len(self) - int(positive)}

    def add(self, case: Case, identity: str) -> None:
        """Store one case, whose id must be new, with its vector by the model named.

        A case with an empty vector is kept, and found once `set_vector` has given it one.
        """
        self.add_all((case,), identity)

    def add_all(self, cases: Iterable[Case], identity: str) -> None:
        """Store cases, all or none."""
        with self._database.writing():
            for case in cases:
                self._insert(case, identity)

    def set_vector(self, case_id: str, identity: str, vector: Vectors) -> None:
        """Give a stored case its vector by one model, replacing an older one by that model."""
        with self._database.writing():
            number = self._number(case_id)
            sql = "DELETE FROM vectors WHERE identity = ? AND case_number = ?"
            self._database.rows(sql, identity, number)
            self._insert_vector(number, identity, vector)

    def forget_vectors(self, identity: str) -> None:
        """Remove all vectors that one model made; the cases stay."""
        with self._database.writing():
            self._database.rows("DELETE FROM vector_sets WHERE identity = ?", identity)

    def remove(self, case_id: str) -> None:
        """Remove one case; its image files, if any, stay where they are."""
        with self._database.writing():
            self._database.rows("DELETE FROM cases WHERE number = ?", self._number(case_id))

    def get(self, case_id: str, identity: str = "") -> Case:
        """One case; `vector` is empty unless an identity with a vector for it is named."""
        return self._cases("cases.number = ?", (self._number(case_id),), identity)[0]

    def list(self, identity: str = "", start: int = 0, count: int = -1) -> tuple[Case, ...]:
        """Cases in the order they were added: all, or `count` of them from `start`."""
        sql = "SELECT number FROM cases ORDER BY number LIMIT ? OFFSET ?"
        rows = self._database.rows(sql, count, start)
        if not rows:
            return ()
        return self._cases("cases.number BETWEEN ? AND ?", (rows[0][0], rows[-1][0]), identity)

    def cases_of(self, vector_numbers: Sequence[int]) -> tuple[Case, ...]:
        """The cases that vectors belong to, in the order asked for."""
        sql = "SELECT case_number, identity FROM vectors WHERE number = ?"
        owners = [self._database.rows(sql, int(number))[0] for number in vector_numbers]
        return tuple(
            self._cases("cases.number = ?", (case_number,), identity)[0]
            for case_number, identity in owners
        )

    def types_of(self, vector_numbers: Sequence[int]) -> dict[int, frozenset[str]]:
        """Type words of the cases that vectors belong to, by vector number."""
        types: dict[int, frozenset[str]] = {int(n): frozenset() for n in vector_numbers}
        for part, marks in in_parts(vector_numbers):
            sql = (
                "SELECT vectors.number, kind FROM vectors JOIN labels USING (case_number)"
                f" WHERE vectors.number IN ({marks})"
            )
            for number, kind in self._database.rows(sql, *part):
                types[number] |= {kind}
        return types

    def vector_number(self, case_id: str, identity: str) -> int | None:
        """Number of the vector that a case has by one model, None where it has none."""
        sql = "SELECT number FROM vectors WHERE case_number = ? AND identity = ?"
        rows = self._database.rows(sql, self._number(case_id), identity)
        return int(rows[0][0]) if rows else None

    def vectors_of(self, vector_numbers: Sequence[int]) -> tuple[Numbers, Vectors]:
        """Stored vectors by number, ascending; numbers that are gone are left out."""
        rows: list[tuple[int, bytes]] = []
        for part, marks in in_parts(vector_numbers):
            sql = f"SELECT number, vector FROM vectors WHERE number IN ({marks})"
            rows += self._database.rows(sql, *part)
        return self._arrays(sorted(rows))

    def vector_chunks(
        self,
        identity: str,
        after: int = 0,
        found_types: Collection[str] = (),
        concordant: bool | None = None,
    ) -> Iterator[tuple[Numbers, Vectors]]:
        """All vectors of one identity, some thousands at a time, ascending by number.

        Parameters
        ----------
        identity
            What made the vectors.
        after
            Only vectors with a larger number.
        found_types, concordant
            True: only cases that show one of the types, or no hemorrhage where none is named.
            False: only the others. None: every case.

        Yields
        ------
        (n,) numbers and (n, D) vectors.
        """
        condition, kinds = concordance(found_types, concordant)
        sql = (
            "SELECT number, vector FROM vectors WHERE identity = ? AND number > ?"
            f"{condition} ORDER BY number LIMIT {_CHUNK_ROWS}"
        )
        while rows := self._database.rows(sql, identity, after, *kinds):
            yield self._arrays(rows)
            after = rows[-1][0]

    def images_path(self, case: Case) -> Path | None:
        """Where the case's images are, or None where it names none."""
        if not case.series_path:
            return None
        path = Path(case.series_path)
        if path.is_absolute():
            return path
        inside = (self.folder / path).resolve()
        if not inside.is_relative_to(self.folder.resolve()):
            raise LibraryError(
                tr(
                    "Case {case_id} names images outside its library's folder; they are not "
                    "opened. Remove the case or ask where the library came from.",
                    case_id=case.case_id,
                )
            )
        return inside

    def check(self) -> None:
        """Read everything once; raise LibraryError at the first damage."""
        self._database.check_pages()
        for start in range(0, len(self), _CHUNK_ROWS):
            self.list(start=start, count=_CHUNK_ROWS)
        for identity in self.identities():
            for _, vectors in self.vector_chunks(identity):
                if vectors.shape[1] != self.dimension(identity):
                    raise damaged(self._database.path)

    def seal(self) -> None:
        """Compact the database and leave no log beside it, so that it can be shipped."""
        self._database.seal()

    def _insert(self, case: Case, identity: str) -> None:
        if self._database.rows("SELECT 1 FROM cases WHERE case_id = ?", case.case_id):
            raise LibraryError(
                tr(
                    "Case {case_id} already is in the library in {folder}.",
                    case_id=case.case_id,
                    folder=self.folder,
                )
            )
        if not set(case.volumes_ml) <= set(case.types):
            raise ValueError(f"case {case.case_id} gives mL of a type that it does not show")
        number = self._database.insert(
            f"INSERT INTO cases ({CASE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *case_row(case),
        )
        for kind in case.types:
            sql = "INSERT INTO labels VALUES (?, ?, ?)"
            self._database.insert(sql, number, kind, case.volumes_ml.get(kind))
        sql = "INSERT INTO thumbnails VALUES (?, ?)"
        self._database.insert(sql, number, case.thumbnail_png)
        if case.vector.size:
            self._insert_vector(number, identity, case.vector)

    def _insert_vector(self, case_number: int, identity: str, vector: Vectors) -> None:
        blob = vector_blob(vector)
        if blob is None:
            raise LibraryError(tr("A case without a usable vector cannot be added to the library."))
        if self.dimension(identity) not in (0, len(vector)):
            raise LibraryError(
                tr(
                    "The vector has {count} numbers where the library in {folder} holds {known} "
                    "for the same model.",
                    count=len(vector),
                    folder=self.folder,
                    known=self.dimension(identity),
                )
            )
        sql = "INSERT OR IGNORE INTO vector_sets VALUES (?, ?)"
        self._database.insert(sql, identity, len(vector))
        sql = "INSERT INTO vectors (identity, case_number, vector) VALUES (?, ?, ?)"
        self._database.insert(sql, identity, case_number, blob)

    def _number(self, case_id: str) -> int:
        rows = self._database.rows("SELECT number FROM cases WHERE case_id = ?", case_id)
        if not rows:
            raise LibraryError(
                tr(
                    "There is no case {case_id} in the library in {folder}.",
                    case_id=case_id,
                    folder=self.folder,
                )
            )
        return int(rows[0][0])

    def _cases(self, where: str, parameters: tuple[int, ...], identity: str) -> tuple[Case, ...]:
        rows = self._database.rows(
            f"SELECT cases.number, png, vector, {CASE_COLUMNS} FROM cases"
            " LEFT JOIN thumbnails ON thumbnails.case_number = cases.number"
            " LEFT JOIN vectors ON vectors.case_number = cases.number AND identity = ?"
            f" WHERE {where} ORDER BY cases.number",
            *(identity, *parameters),
        )
        labels: dict[int, dict[str, float | None]] = {row[0]: {} for row in rows}
        for number, kind, volume_ml in self._database.rows(
            "SELECT case_number, kind, volume_ml FROM labels JOIN cases"
            f" ON cases.number = case_number WHERE {where} ORDER BY case_number, kind",
            *parameters,
        ):
            labels[number][kind] = volume_ml
        return tuple(case_from_row(row, labels[row[0]]) for row in rows)

    def _arrays(self, rows: Sequence[tuple[int, bytes]]) -> tuple[Numbers, Vectors]:
        numbers = np.array([row[0] for row in rows], dtype=np.int64)
        vectors = vectors_from_blobs([row[1] for row in rows])
        if vectors is None:
            raise damaged(self._database.path)
        return numbers, vectors
