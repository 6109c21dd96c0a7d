"""Comparing with a prior series, for the table of actions."""

from functools import partial

from ichviewer.language import tr_later
from ichviewer.ui.action import Action, Desk

Triple = tuple[float, float, float]

_STEP_MM = 1.0
_STEP_DEG = 1.0
_STILL: Triple = (0.0, 0.0, 0.0)
#: Keys, with what they do to the study's head against the prior: left, posterior, head.
_DIRECTIONS: tuple[tuple[str, str, str, Triple], ...] = (
    ("Right", tr_later("to the left"), tr_later("turned to the left"), (1, 0, 0)),
    ("Left", tr_later("to the right"), tr_later("turned to the right"), (-1, 0, 0)),
    ("Down", tr_later("backwards"), tr_later("nodded back"), (0, 1, 0)),
    ("Up", tr_later("forwards"), tr_later("nodded forward"), (0, -1, 0)),
    ("PgUp", tr_later("towards the head"), tr_later("tilted to the left"), (0, 0, 1)),
    ("PgDown", tr_later("towards the feet"), tr_later("tilted to the right"), (0, 0, -1)),
)


def _move(desk: Desk, by_mm: Triple) -> None:
    desk.comparing.move(by_mm, _STILL)


def _turn(desk: Desk, by_deg: Triple) -> None:
    desk.comparing.move(_STILL, by_deg)


def _turn_of(left: float, back: float, up: float) -> Triple:
    """Turns about the axes to left, posterior and head, by the right-hand rule."""
    return (-back * _STEP_DEG, up * _STEP_DEG, left * _STEP_DEG)


COMPARE = (
    Action("Compare", "Compare with the last study", ("Ctrl+B",),
           lambda d: d.comparing.compare_with_last()),
    Action("Compare", "Close the prior", ("Ctrl+Shift+B",), lambda d: d.jobs.close_case()),
    *(
        Action("Compare", "Alignment: 1 mm {what}", (f"Alt+Shift+{key}",),
               partial(_move, by_mm=(x * _STEP_MM, y * _STEP_MM, z * _STEP_MM)), what=words)
        for key, words, _, (x, y, z) in _DIRECTIONS
    ),
    *(
        Action("Compare", "Alignment: 1° {what}", (f"Ctrl+Alt+Shift+{key}",),
               partial(_turn, by_deg=_turn_of(*direction)), what=words)
        for key, _, words, direction in _DIRECTIONS
    ),
)  # fmt: skip
