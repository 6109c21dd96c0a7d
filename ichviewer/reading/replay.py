"""From the lines of a journal back to the reading, with what could not be used said in words."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from ichviewer.errors import ReadingError
from ichviewer.language import tr, trn
from ichviewer.reading.change import History, do, redo, undo
from ichviewer.reading.event import (
    LINE_LIMIT_BYTES,
    Changed,
    Closed,
    Compared,
    Event,
    Line,
    LineError,
    Opened,
    Placed,
    Redone,
    Revealed,
    Undone,
    decode,
)
from ichviewer.reading.record import Comparison, Place

SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Replay:
    """What a journal says.

    Parameters
    ----------
    study
        The journal's key.
    history
        The reading as it was left, and the way back.
    place
        Where the reader was last; None where that is not known.
    comparisons
        Reader beside AI, in their order.
    revealed
        Keys of the series whose findings by the AI the reader has seen.
    last_number, first_time, last_time
        Of its lines; 0 and empty where it has none.
    is_open
        True where it was not closed: a window has it, or had it when it was killed.
    is_whole
        Whether the file ends with a whole line.
    damages
        One sentence for everything that could not be used.
    told
        How many of these the reader has been told already.
    """

    study: str
    history: History = field(default_factory=History)
    place: Place | None = None
    comparisons: tuple[Comparison, ...] = ()
    revealed: frozenset[str] = frozenset()
    last_number: int = 0
    first_time: str = ""
    last_time: str = ""
    is_open: bool = False
    is_whole: bool = True
    damages: tuple[str, ...] = ()
    told: int = 0

    @property
    def news(self) -> tuple[str, ...]:
        """The damages that the reader has not been told yet."""
        return self.damages[self.told :]


def study_key(study_uid: str, series_key: str) -> str:
    """Key of a study's journal: a hash, so that no identifier stands in a file's name.

    Parameters
    ----------
    study_uid
        StudyInstanceUID.
    series_key
        Stands in where the files give no StudyInstanceUID.
    """
    named = f"study {study_uid}" if study_uid else f"series {series_key}"
    return sha256(named.encode()).hexdigest()[:32]


def journal_file(folder: Path, study: str) -> Path:
    """Where the journal of a study is."""
    return folder / f"{study}{SUFFIX}"


def journals(folder: Path) -> tuple[str, ...]:
    """Keys of all journals of a folder; none where there is no folder.

    Raises
    ------
    ReadingError
        The folder cannot be read.
    """
    try:
        found = sorted(file.stem for file in folder.iterdir() if file.suffix == SUFFIX)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ReadingError(
            tr(
                "The readings in {folder} cannot be listed: {reason}.",
                folder=folder,
                reason=_why(error),
            )
        ) from error
    return tuple(found)


def find_journal(folder: Path, beginning: str) -> str:
    """The one key of a folder that begins so.

    Raises
    ------
    ReadingError
        There is none, or more than one.
    """
    known = journals(folder)
    found = [study for study in known if study.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(study[:8] for study in (found or known)) or tr("none")
    if found:
        sentence = tr(
            "More than one reading has the key {key}. There are: {there}.",
            key=beginning,
            there=there,
        )
    else:
        sentence = tr(
            "No reading has the key {key}. There are: {there}.", key=beginning, there=there
        )
    raise ReadingError(sentence)


def replay_all(folder: Path) -> tuple[Replay, ...]:
    """All readings of a folder, the latest first; one that cannot be read says so itself."""
    read = []
    for study in journals(folder):
        try:
            read.append(replay(folder, study))
        except ReadingError as error:
            read.append(Replay(study, damages=(str(error),)))
    return tuple(sorted(read, key=lambda one: one.last_time, reverse=True))


def replay(folder: Path, study: str) -> Replay:
    """The reading that a journal leads to; an empty one where there is no journal.

    Raises
    ------
    ReadingError
        The journal is there and cannot be read.
    """
    file = journal_file(folder, study)
    read = Replay(study)
    damaged_since = 0
    checks: dict[int, str] = {}
    at = 0
    try:
        with file.open("rb") as opened:
            while raw := opened.readline(LINE_LIMIT_BYTES + 1):
                at += 1
                read = replace(read, is_whole=raw.endswith(b"\n"))
                if not raw.strip():
                    continue
                try:
                    line = decode(raw, study)
                except LineError as error:
                    damaged_since += 1
                    read = _with_damage(read, _sentence(at, str(error), read.is_whole))
                    continue
                check = sha256(raw.strip()).hexdigest()
                if checks.get(line.number) == check:
                    # Written twice, because the disk did not say that it had the first one.
                    continue
                read = _noting_order(read, line, damaged_since)
                checks[line.number] = check
                damaged_since = 0
                read = _after(read, line)
    except (FileNotFoundError, NotADirectoryError):
        return read
    except OSError as error:
        raise ReadingError(
            tr("The journal {file} cannot be read: {reason}.", file=file, reason=_why(error))
        ) from error
    return read


def _after(read: Replay, line: Line) -> Replay:
    event = line.event
    read = replace(
        read,
        last_number=max(read.last_number, line.number),
        first_time=read.first_time or line.time,
        last_time=line.time,
        is_open=not isinstance(event, Closed),
        history=history_after(read.history, event),
    )
    if isinstance(event, Placed):
        return replace(read, place=event.place)
    if isinstance(event, Compared):
        return replace(read, comparisons=(*read.comparisons, event.comparison))
    if isinstance(event, Revealed):
        return replace(read, revealed=read.revealed | {event.series_key})
    if isinstance(event, Opened):
        return replace(read, told=min(event.damaged_lines, len(read.damages)))
    return read


def history_after(history: History, event: Event) -> History:
    """The history after one more event."""
    if isinstance(event, Changed):
        return do(history, event.change)
    if isinstance(event, Undone):
        return undo(history, event.change)
    if isinstance(event, Redone):
        return redo(history, event.change)
    return history


def _noting_order(read: Replay, line: Line, damaged: int) -> Replay:
    """Say so where lines are missing or were written by two windows at once."""
    missing = line.number - read.last_number - 1
    if missing < 0:
        return _with_damage(
            read, tr("Line number {number} stands twice; both were used.", number=line.number)
        )
    if missing > damaged:
        return _with_damage(
            read,
            trn(
                "{n} line before number {number} is missing.",
                "{n} lines before number {number} are missing.",
                missing,
                number=line.number,
            ),
        )
    return read


def _with_damage(read: Replay, sentence: str) -> Replay:
    return replace(read, damages=(*read.damages, sentence))


def _sentence(at: int, problem: str, is_whole: bool) -> str:
    if not is_whole:
        return tr("Line {at} was cut off while it was written; what it said is missing.", at=at)
    return tr("Line {at} {problem} and was left out.", at=at, problem=problem)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
