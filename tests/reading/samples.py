"""Entries, changes and grids of known content, and how hypothesis makes them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from ichviewer.imaging.grid import Grid
from ichviewer.reading.change import Change, Part
from ichviewer.reading.record import (
    Comparison,
    Decision,
    KeyImage,
    Place,
    Presence,
    ReaderAnswer,
    Stroke,
    Verdict,
)

TIME = "2026-11-21T09:00:00.000Z"
RESULT = "ab" * 32
STUDY = "0123456789abcdef0123456789abcdef"


def grid(shape_kji: tuple[int, int, int] = (6, 30, 40), slice_mm: float = 5.0) -> Grid:
    """Rows 0.5 mm apart, columns 0.8 mm."""
    positions = np.array([[0.0, 0.0, k * slice_mm] for k in range(shape_kji[0])])
    return Grid(shape_kji, positions, np.array([0.8, 0, 0]), np.array([0, 0.5, 0]))


def decision(verdict: Verdict = Verdict.ACCEPTED) -> Decision:
    return Decision(verdict, TIME, "subdural", 3, 7, 12.5, 0.83)


def stroke(k: int = 2, label: int = 5, lesion: int = 1, **other: Any) -> Stroke:
    values: dict[str, Any] = {"result": RESULT, "radius_mm": 2.0, "path_ji": ((10.0, 12.0),)}
    return Stroke(k=k, label=label, lesion=lesion, **(values | other))


def place(k: int = 4) -> Place:
    return Place("series", (k, 20, 30), 40.0, 80.0, "brain")


def comparison(
    presence: Presence = Presence.PRESENT,
    ai: Presence = Presence.PRESENT,
    series_key: str = "series",
    **other: Any,
) -> Comparison:
    values: dict[str, Any] = {
        "manufacturer": "Maker", "scanner": "One", "time": TIME, "is_blind": True,
    } | other  # fmt: skip
    answer = ReaderAnswer(presence, values["time"], values.pop("is_blind"))
    return Comparison(series_key, RESULT, answer, ai, ("subdural",), ("ichnet 1.0",), **values)


_FINITE = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
_TEXT = st.text(max_size=12)
_WHOLE = st.integers(0, 500)
_PLAIN = st.recursive(
    st.none() | st.booleans() | _FINITE | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_ENTRIES = {
    Part.ANSWER: st.builds(ReaderAnswer, st.sampled_from(Presence), st.just(TIME), st.booleans()),
    Part.DECISION: st.builds(
        Decision, st.sampled_from(Verdict), st.just(TIME), _TEXT, _WHOLE, _WHOLE,
        st.none() | _FINITE, st.none() | _FINITE,
    ),
    Part.KEY_IMAGE: st.builds(KeyImage, _TEXT, _WHOLE, _FINITE, _FINITE, st.just(TIME), _TEXT),
    Part.MEASUREMENT: st.dictionaries(_TEXT, _PLAIN, max_size=4),
    Part.STROKE: st.builds(
        Stroke, st.just(RESULT), _WHOLE, st.integers(1, 5), st.integers(0, 9), _FINITE,
        st.lists(st.tuples(_FINITE, _FINITE), min_size=1, max_size=5).map(tuple),
    ),
    Part.DRAFT: _TEXT,
}  # fmt: skip
_KEYS = st.integers(0, 4).map(str)


def wishes() -> st.SearchStrategy[tuple[Part, str, Any]]:
    """A part, a key, and what shall stand there, None for nothing."""
    return st.sampled_from(Part).flatmap(
        lambda part: st.tuples(st.just(part), _KEYS, st.none() | _ENTRIES[part])
    )


def note(number: int) -> Change:
    """A change of the draft that can be told from others."""
    return Change(Part.DRAFT, "", None if number == 1 else str(number - 1), str(number))
