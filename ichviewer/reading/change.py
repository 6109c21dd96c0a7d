"""Changes: what takes a reading to the next, each with its inverse.

Every change sets one entry of one part of a reading from what stood there to what shall stand
there; None is nothing. Its inverse swaps the two, so undo needs no knowledge of the part, and a
new part of `Reading` can be undone without another line.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ichviewer.reading.record import Decision, KeyImage, ReaderAnswer, Reading, Stroke

#: What can stand in a reading; a measurement is a mapping, a draft a text.
Entry = ReaderAnswer | Decision | KeyImage | Stroke | Mapping[str, Any] | str


class Part(StrEnum):
    """The parts of a `Reading`, by the names of its fields."""

    ANSWER = "answers"
    DECISION = "decisions"
    KEY_IMAGE = "key_images"
    MEASUREMENT = "measurements"
    STROKE = "strokes"
    DRAFT = "drafts"


#: What stands in each part; measurements are plain values, drafts are text.
ENTRY_TYPES: Mapping[Part, Any] = {
    Part.ANSWER: ReaderAnswer,
    Part.DECISION: Decision,
    Part.KEY_IMAGE: KeyImage,
    Part.MEASUREMENT: dict[str, Any],
    Part.STROKE: Stroke,
    Part.DRAFT: str,
}


@dataclass(frozen=True)
class Change:
    """One entry from `before` to `after`; None where nothing stands."""

    part: Part
    key: str
    before: Entry | None
    after: Entry | None

    @property
    def inverse(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.part, self.key, self.after, self.before)


def put(reading: Reading, part: Part, key: str, entry: Entry | None) -> Change:
    """The change that sets an entry, or removes it with None.

    A measurement is stored as JSON has it: tuples become lists, numbers that are not finite None.
    """
    if part is Part.MEASUREMENT and entry is not None:
        entry = plain(entry)
    return Change(part, key, entries(reading, part).get(key), entry)


def entries(reading: Reading, part: Part) -> Mapping[str, Entry]:
    """All entries of one part."""
    held: Mapping[str, Entry] = getattr(reading, part.value)
    return held


def apply(reading: Reading, change: Change) -> Reading:
    """The reading after a change."""
    held = dict(entries(reading, change.part))
    if change.after is None:
        held.pop(change.key, None)
    else:
        held[change.key] = change.after
    changed: dict[str, Any] = {change.part.value: held}
    return replace(reading, **changed)


@dataclass(frozen=True)
class History:
    """A reading with the way that led to it.

    Parameters
    ----------
    reading
        As it stands.
    done, undone
        Changes that can be taken back or done again, the latest last.
    """

    reading: Reading = field(default_factory=Reading)
    done: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()


def do(history: History, change: Change) -> History:
    """Make a change; what was undone before it can no longer be done again."""
    return History(apply(history.reading, change), (*history.done, change))


def undo(history: History, change: Change | None = None) -> History:
    """Take the last change back; without one, nothing happens.

    Parameters
    ----------
    change
        The change to take back, where a journal says so and the last one may be lost.
    """
    last = history.done[-1] if history.done else None
    back = change or last
    if back is None:
        return history
    done = history.done[:-1] if back == last else history.done
    return History(apply(history.reading, back.inverse), done, (*history.undone, back))


def redo(history: History, change: Change | None = None) -> History:
    """Make the change again that was undone last; without one, nothing happens.

    Parameters
    ----------
    change
        The change to make again, where a journal says so and the last one may be lost.
    """
    last = history.undone[-1] if history.undone else None
    again = change or last
    if again is None:
        return history
    undone = history.undone[:-1] if again == last else history.undone
    return History(apply(history.reading, again), (*history.done, again), undone)


def plain(value: Any) -> Any:
    """A value as JSON gives it back: lists for tuples, text keys, None for NaN and infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is no plain value")
