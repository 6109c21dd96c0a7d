"""What the reader decides, for the table of actions."""

from dataclasses import replace
from functools import partial

from ichviewer.language import tr
from ichviewer.reading.record import Presence, Verdict
from ichviewer.ui.action import Action, Desk
from ichviewer.ui.reading_keeper import described


def _decide(desk: Desk, verdict: Verdict) -> None:
    desk.reading.lesions.decide(verdict)


def _answer(desk: Desk, presence: Presence) -> None:
    desk.reading.lesions.answer(presence)


def _undo(desk: Desk) -> None:
    keeper = desk.reading.keeper
    if keeper.can_undo:
        desk.note(tr("Taken back: {change}.", change=described(keeper.last_change)))
        keeper.undo()


def _redo(desk: Desk) -> None:
    keeper = desk.reading.keeper
    if keeper.can_redo:
        keeper.redo()
        desk.note(tr("Made again: {change}.", change=described(keeper.last_change)))


def _take(desk: Desk, is_eraser: bool) -> None:
    desk.reading.brush.take(is_eraser)


def _is_taken(desk: Desk, is_eraser: bool) -> bool:
    brush = desk.reading.brush
    return brush.is_on and brush.is_eraser is is_eraser


def _resize(desk: Desk, steps: int) -> None:
    desk.reading.brush.resize_tip(steps)


def _toggle_reveal(desk: Desk) -> None:
    choices = desk.model.choices
    desk.model.choices = replace(choices, is_read_then_reveal=not choices.is_read_then_reveal)


READING = (
    Action("Reading", "Undo", ("Ctrl+Z",), _undo),
    Action("Reading", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), _redo),
    Action("Reading", "Accept the finding", ("A",), partial(_decide, verdict=Verdict.ACCEPTED)),
    Action("Reading", "Reject the finding", ("R",), partial(_decide, verdict=Verdict.REJECTED)),
    Action("Reading", "Unsure of the finding", ("U",), partial(_decide, verdict=Verdict.UNSURE)),
    Action("Reading", "Answer: hemorrhage present", ("Alt+P",),
           partial(_answer, presence=Presence.PRESENT)),
    Action("Reading", "Answer: hemorrhage absent", ("Alt+A",),
           partial(_answer, presence=Presence.ABSENT)),
    Action("Reading", "Answer: unsure", ("Alt+U",), partial(_answer, presence=Presence.UNSURE)),
    Action("Reading", "Read, then reveal the AI", ("Ctrl+Shift+V",), _toggle_reveal,
           is_on=lambda d: d.model.choices.is_read_then_reveal),
    Action("Reading", "Brush", ("W",), partial(_take, is_eraser=False),
           is_on=partial(_is_taken, is_eraser=False)),
    Action("Reading", "Eraser", ("Shift+W",), partial(_take, is_eraser=True),
           is_on=partial(_is_taken, is_eraser=True)),
    Action("Reading", "Larger tip", (".",), partial(_resize, steps=1)),
    Action("Reading", "Smaller tip", (",",), partial(_resize, steps=-1)),
    Action("Reading", "Next type of brush and eraser", ("Z",),
           lambda d: d.reading.brush.step_kind()),
    Action("Reading", "Go on where I was", ("J",), lambda d: d.reading.resume()),
    Action("Reading", "Agreement with the AI…", ("Ctrl+Shift+G",),
           lambda d: d.reading.show_agreement()),
)  # fmt: skip
