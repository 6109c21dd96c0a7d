"""The keys of tools and of a chosen measurement, while they are in hand."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt

from ichviewer.imaging.measurement import Kind
from ichviewer.language import tr_later
from ichviewer.ui.measure_list import MeasureList

Pressed = tuple[int, Qt.KeyboardModifier]
_PLAIN, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_FAR_STEPS = 10
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
#: For the key help.
KEYS: tuple[tuple[str, str], ...] = (
    (tr_later("Return"), tr_later("put the tool's measurement at the crosshair; close a polygon")),
    (tr_later("Tab, Shift+Tab"), tr_later("next, previous grip of the chosen measurement")),
    (
        tr_later("Arrows"),
        tr_later("move the grip by a pixel; with Shift by ten; without a grip move all of it"),
    ),
    (tr_later("PgUp, PgDown"), tr_later("move an end of a length or of C to the next slice")),
    (tr_later("Backspace"), tr_later("take the last point of a drawing back")),
    (tr_later("Esc"), tr_later("stop drawing, then choose nothing")),
)


class Hand(Protocol):
    """What moves measurements in one view."""

    def put_at_crosshair(self) -> None:
        """Make a measurement about the crosshair."""

    def nudge(self, right: int, down: int) -> None:
        """Move the chosen grip by pixels."""

    def nudge_across(self, upward: int) -> None:
        """Move the chosen grip to another cut."""


def keys_of(hand: Hand, measures: MeasureList) -> Mapping[Pressed, Callable[[], None]]:
    """What keys do now; empty where neither a tool nor a measurement is in hand."""
    if measures.tool is not None:
        return _tool_keys(hand, measures)
    drawn = measures.selected
    if drawn is None:
        return {}
    keys: dict[Pressed, Callable[[], None]] = {
        (Qt.Key.Key_Escape, _PLAIN): partial(measures.select, ""),
        (Qt.Key.Key_Tab, _PLAIN): partial(measures.step_grip, 1),
        (Qt.Key.Key_Backtab, _SHIFT): partial(measures.step_grip, -1),
    }
    for key, (right, down) in _ARROWS.items():
        keys[key, _PLAIN] = partial(hand.nudge, right, down)
        keys[key, _SHIFT] = partial(hand.nudge, _FAR_STEPS * right, _FAR_STEPS * down)
    if drawn.kind.is_free and measures.grip >= 0:
        keys[Qt.Key.Key_PageUp, _PLAIN] = partial(hand.nudge_across, 1)
        keys[Qt.Key.Key_PageDown, _PLAIN] = partial(hand.nudge_across, -1)
    return keys


def _tool_keys(hand: Hand, measures: MeasureList) -> Mapping[Pressed, Callable[[], None]]:
    draft = measures.draft
    keys: dict[Pressed, Callable[[], None]] = {
        (Qt.Key.Key_Escape, _PLAIN): partial(measures.take_tool, None),
    }
    if draft:
        keys[Qt.Key.Key_Backspace, _PLAIN] = partial(measures.draw, draft[:-1])
    is_closed = measures.tool is Kind.POLYGON and len(draft) >= 3
    if is_closed or not draft:
        finish = measures.finish if is_closed else hand.put_at_crosshair
        keys[Qt.Key.Key_Return, _PLAIN] = keys[Qt.Key.Key_Enter, _PLAIN] = finish
    return keys
