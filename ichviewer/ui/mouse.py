"""Mouse schemes: which button with which key does what in an image, and the hand that does it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import product
from typing import Protocol

from PySide6.QtCore import QPointF, Qt

from ichviewer.language import tr, tr_later
from ichviewer.settings import Settings

#: A gesture in words: "Left", "Ctrl+Wheel" ...
Gesture = str
FAST_STEPS = 10
#: A drag over so many pixels scrolls by one cut, or enlarges by one step of the wheel.
_SCROLL_PX = 12.0
_ZOOM_PX = 30.0
_SLAB_STEP_MM = 5.0
_BUTTONS = {
    Qt.MouseButton.LeftButton: tr_later("Left"),
    Qt.MouseButton.MiddleButton: tr_later("Middle"),
    Qt.MouseButton.RightButton: tr_later("Right"),
}
_MODIFIERS = {
    Qt.KeyboardModifier.ControlModifier: tr_later("Ctrl"),
    Qt.KeyboardModifier.ShiftModifier: tr_later("Shift"),
    Qt.KeyboardModifier.AltModifier: tr_later("Alt"),
}
WHEEL = tr_later("Wheel")
GESTURES: tuple[Gesture, ...] = tuple(
    modifier + source
    for source, modifier in product((*_BUTTONS.values(), WHEEL), ("", "Ctrl+", "Shift+", "Alt+"))
)


class MouseAction(StrEnum):
    """What a gesture does."""

    NOTHING = tr_later("nothing")
    TOOL = tr_later("crosshair or tool")
    SCROLL = tr_later("scroll")
    FAST_SCROLL = tr_later("scroll ten at a time")
    WINDOW = tr_later("window")
    PAN = tr_later("move the image")
    ZOOM = tr_later("zoom")
    SLAB = tr_later("slab thickness")


Scheme = Mapping[Gesture, MouseAction]
#: The name of the scheme that the reader makes.
OWN = tr_later("own")
_WHEEL: Scheme = {
    "Wheel": MouseAction.SCROLL,
    "Ctrl+Wheel": MouseAction.ZOOM,
    "Shift+Wheel": MouseAction.FAST_SCROLL,
    "Alt+Wheel": MouseAction.SLAB,
}
SCHEMES: Mapping[str, Scheme] = {
    "PACS": {
        "Left": MouseAction.TOOL,
        "Middle": MouseAction.PAN,
        "Right": MouseAction.WINDOW,
        "Ctrl+Left": MouseAction.SCROLL,
        "Shift+Left": MouseAction.ZOOM,
        **_WHEEL,
    },
    "OHIF/Weasis": {
        "Left": MouseAction.WINDOW,
        "Middle": MouseAction.PAN,
        "Right": MouseAction.ZOOM,
        "Ctrl+Left": MouseAction.SCROLL,
        "Shift+Left": MouseAction.TOOL,
        **_WHEEL,
    },
}
USUAL = next(iter(SCHEMES))


class Pointed(Protocol):
    """What the mouse acts on: one view."""

    def scroll(self, steps: int) -> None:
        """Go on by so many cuts."""

    def drag_window(self, right_px: float, down_px: float) -> None:
        """Change width and centre."""

    def pan(self, by_px: QPointF) -> None:
        """Move the image."""

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Enlarge about a point."""

    def place_crosshair(self, at: QPointF) -> None:
        """Put the crosshair there."""

    def thicken(self, by_mm: float) -> None:
        """Make the slab thicker."""


def scheme_of(settings: Settings) -> Scheme:
    """The scheme in use; words that the program does not know do nothing."""
    if settings.mouse_scheme == OWN:
        known = set(MouseAction)
        return {g: MouseAction(a) for g, a in settings.own_mouse.items() if a in known}
    return SCHEMES.get(settings.mouse_scheme, SCHEMES[USUAL])


def gesture_of(source: Qt.MouseButton | str, modifiers: Qt.KeyboardModifier) -> Gesture:
    """A button, or the wheel, with the keys held at it, in words."""
    word = source if isinstance(source, str) else _BUTTONS.get(source, "")
    held = [name for key, name in _MODIFIERS.items() if modifiers & key]
    return "+".join([*held, word])


def gestures_in_words(scheme: Scheme) -> tuple[tuple[str, str], ...]:
    """Each gesture of a scheme with what it does, for the key help."""
    used = [g for g in GESTURES if scheme.get(g, MouseAction.NOTHING) is not MouseAction.NOTHING]
    return tuple((gesture_words(gesture), tr(scheme[gesture])) for gesture in used)


def gesture_words(gesture: Gesture) -> str:
    """A gesture in the reader's language."""
    said = "+".join(map(tr, gesture.split("+")))
    return said if gesture.endswith(WHEEL) else tr("{button} drag", button=said)


class Hand:
    """Carries out gestures on a view; keeps what is left over of a step."""

    def __init__(self, view: Pointed, scheme: Callable[[], Scheme]) -> None:
        self._view = view
        self._scheme = scheme
        self._rest = 0.0

    def action_of(
        self, source: Qt.MouseButton | str, modifiers: Qt.KeyboardModifier
    ) -> MouseAction:
        """What a gesture does now."""
        return self._scheme().get(gesture_of(source, modifiers), MouseAction.NOTHING)

    def turn_wheel(self, modifiers: Qt.KeyboardModifier, notches: float, at: QPointF) -> None:
        """Carry out a turn of the wheel: a notch is one, away from the reader is positive."""
        action = self.action_of(WHEEL, modifiers)
        if action is MouseAction.ZOOM:
            self._view.zoom(notches, at)
            return
        steps = self._whole(notches)
        if action is MouseAction.SCROLL:
            self._view.scroll(steps)
        elif action is MouseAction.FAST_SCROLL:
            self._view.scroll(steps * FAST_STEPS)
        elif action is MouseAction.SLAB:
            self._view.thicken(steps * _SLAB_STEP_MM)

    def drag(self, action: MouseAction, by_px: QPointF, at: QPointF) -> None:
        """Carry out one move of a pressed button."""
        if action is MouseAction.WINDOW:
            self._view.drag_window(by_px.x(), by_px.y())
        elif action is MouseAction.PAN:
            self._view.pan(by_px)
        elif action is MouseAction.ZOOM:
            self._view.zoom(-by_px.y() / _ZOOM_PX)
        elif action is MouseAction.TOOL:
            self._view.place_crosshair(at)
        elif action in (MouseAction.SCROLL, MouseAction.FAST_SCROLL):
            fast = FAST_STEPS if action is MouseAction.FAST_SCROLL else 1
            self._view.scroll(fast * self._whole(-by_px.y() / _SCROLL_PX))
        elif action is MouseAction.SLAB:
            self._view.thicken(_SLAB_STEP_MM * self._whole(-by_px.y() / _SCROLL_PX))

    def _whole(self, steps: float) -> int:
        self._rest += steps
        whole = int(self._rest)
        self._rest -= whole
        return whole
