"""The measurements of every study that was opened, with the way back over all their changes."""

from collections.abc import Mapping
from typing import Any

from ichviewer.imaging.measurement import Measurement, from_plain, to_plain
from ichviewer.reading.change import History, Part, do, put, redo, undo


class MeasureHistory:
    """Changes to the measurements of studies, as a reading keeps them."""

    def __init__(self) -> None:
        self._by_study: dict[str, History] = {}

    def of(self, study: str) -> tuple[Measurement, ...]:
        """All measurements of a study, oldest first."""
        held: Mapping[str, Mapping[str, Any]] = self._at(study).reading.measurements
        return tuple(from_plain(plain) for plain in held.values())

    def put(self, study: str, drawn: Measurement) -> None:
        """Add a measurement, or let it be another one from now on."""
        self._set(study, drawn.uid, to_plain(drawn))

    def remove(self, study: str, uid: str) -> None:
        """Take a measurement away."""
        self._set(study, uid, None)

    def undo(self, study: str) -> None:
        """Take the last change back, where there is one."""
        self._by_study[study] = undo(self._at(study))

    def redo(self, study: str) -> None:
        """Make the change again that was taken back last, where there is one."""
        self._by_study[study] = redo(self._at(study))

    def can_undo(self, study: str) -> bool:
        """Whether there is a change to take back."""
        return bool(self._at(study).done)

    def can_redo(self, study: str) -> bool:
        """Whether there is a change to make again."""
        return bool(self._at(study).undone)

    def _at(self, study: str) -> History:
        return self._by_study.get(study, History())

    def _set(self, study: str, uid: str, plain: Mapping[str, Any] | None) -> None:
        history = self._at(study)
        change = put(history.reading, Part.MEASUREMENT, uid, plain)
        if change.before != change.after:
            self._by_study[study] = do(history, change)
