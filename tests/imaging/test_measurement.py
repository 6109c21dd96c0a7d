"""Measurements as plain values: there and back, and one clear sentence for what is none."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichviewer.errors import MeasurementError
from ichviewer.imaging.measurement import (
    MOST_HANDLES,
    Handle,
    Kind,
    Measurement,
    from_plain,
    to_plain,
)
from ichviewer.imaging.plane import Axis

MM = st.floats(-1e4, 1e4)
HANDLES = st.builds(Handle, st.tuples(MM, MM, MM), st.sampled_from(Axis))


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    kind = draw(st.sampled_from(Kind))
    count = kind.handle_count or draw(st.integers(3, 12))
    handles = draw(st.lists(HANDLES, min_size=count, max_size=count))
    texts = [draw(st.text(max_size=20)) for _ in range(4)]
    return Measurement(texts[0], kind, tuple(handles), *texts[1:])


@given(measurements())
def test_there_and_back_through_json(measurement: Measurement) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(measurement)))) == measurement


def plain(**changes: Any) -> dict[str, Any]:
    ends = [{"lps_mm": [0, 0, n], "cut": "k"} for n in range(2)]
    return {"uid": "1", "kind": "length", "handles": ends} | changes


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"kind": "volume"}, "no kind of measurement 'volume'"),
        ({"kind": ["length"]}, "no kind of measurement ['length']"),
        ({"handles": "none"}, "no list of handles"),
        ({"handles": []}, "needs 2 points, not 0"),
        ({"kind": "polygon"}, f"needs 3 to {MOST_HANDLES} points, not 2"),
        ({"handles": [{"lps_mm": [0, 0], "cut": "k"}] * 2}, "three numbers"),
        ({"handles": [{"lps_mm": [0, 0, "x"], "cut": "k"}] * 2}, "three numbers"),
        ({"handles": [{"lps_mm": [0, 0, 0], "cut": "axial"}] * 2}, "the cut k, j or i"),
        ({"handles": [{"lps_mm": [0, 0, float("nan")], "cut": "k"}] * 2}, "no finite position"),
        ({"handles": [3, 4]}, "three numbers"),
        ({"name": 7}, "name of a measurement must be text"),
    ],
)
def test_what_is_no_measurement_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(MeasurementError, match=re.escape(said)):
        from_plain(plain(**wrong))


def test_no_object_is_no_measurement() -> None:
    with pytest.raises(MeasurementError, match="must be an object"):
        from_plain([1, 2])  # type: ignore[arg-type]


def test_moving_makes_another_value() -> None:
    first = from_plain(plain())
    moved = first.moved((1.0, 2.0, 3.0))
    assert [h.lps_mm for h in moved.handles] == [(1.0, 2.0, 3.0), (1.0, 2.0, 4.0)]
    bent = moved.with_handle(1, Handle((0.0, 0.0, 0.0), Axis.J))
    assert bent.handles == (moved.handles[0], Handle((0.0, 0.0, 0.0), Axis.J))
    assert first == from_plain(plain())
