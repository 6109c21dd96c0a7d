"""Changes: whatever was done can be taken back, and made again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichviewer.reading.change import ENTRY_TYPES, History, Part, do, plain, put, redo, undo
from ichviewer.reading.record import Reading, Verdict, image_id, lesion_id, next_stroke_id
from tests.reading.samples import RESULT, decision, stroke, wishes

Wish = tuple[Part, str, Any]


def done(wished: list[Wish]) -> History:
    history = History()
    for part, key, entry in wished:
        history = do(history, put(history.reading, part, key, entry))
    return history


@given(st.lists(wishes(), max_size=12))
def test_undoing_everything_gives_the_start(wished: list[Wish]) -> None:
    history = done(wished)
    for _ in wished:
        history = undo(history)
    assert history.reading == Reading()
    assert history.reading.is_empty
    assert not history.done


@given(st.lists(wishes(), min_size=1, max_size=12), st.data())
def test_doing_again_what_was_undone_gives_the_same(
    wished: list[Wish], data: st.DataObject
) -> None:
    history = done(wished)
    steps = data.draw(st.integers(1, len(wished)))
    back = history
    for _ in range(steps):
        back = undo(back)
    assert back == History(done(wished[:-steps]).reading, history.done[:-steps], back.undone)
    for _ in range(steps):
        back = redo(back)
    assert back == history


@given(st.lists(wishes(), max_size=8))
def test_the_inverse_of_the_inverse_is_the_change(wished: list[Wish]) -> None:
    for change in done(wished).done:
        assert change.inverse.inverse == change


def test_a_new_change_ends_what_could_be_done_again() -> None:
    history = undo(done([(Part.DRAFT, "", "a"), (Part.DRAFT, "", "b")]))
    history = do(history, put(history.reading, Part.DRAFT, "", "c"))
    assert redo(history) == history
    assert history.reading.drafts == {"": "c"}


def test_undo_and_redo_of_nothing_do_nothing() -> None:
    assert undo(History()) == History()
    assert redo(History()) == History()


def test_parts_are_the_fields_of_a_reading() -> None:
    assert {part.value for part in Part} == set(Reading.__dataclass_fields__) == {
        part.value for part in ENTRY_TYPES
    }  # fmt: skip


def test_a_decision_holds_for_its_own_result_only() -> None:
    history = done([(Part.DECISION, lesion_id(RESULT, 2), decision(Verdict.REJECTED))])
    kept = history.reading.decision(RESULT, 2)
    assert kept is not None
    assert kept.verdict is Verdict.REJECTED
    assert history.reading.decision(RESULT, 1) is None
    assert history.reading.decision("cd" * 32, 2) is None
    assert history.reading.results == {RESULT}


def test_strokes_come_in_the_order_of_their_numbers() -> None:
    reading = done([(Part.STROKE, str(n), stroke(k=n)) for n in (1, 2, 10)]).reading
    assert [drawn.k for drawn in reading.strokes_on(RESULT)] == [1, 2, 10]
    assert reading.strokes_on("cd" * 32) == ()
    assert next_stroke_id(reading) == "11"
    assert next_stroke_id(Reading()) == "1"
    assert image_id("series", 3) == "series:3"


def test_a_measurement_is_kept_as_json_has_it() -> None:
    change = put(Reading(), Part.MEASUREMENT, "m1", {"mm": float("nan"), "ends": ((1, 2), (3, 4))})
    assert change.after == {"mm": None, "ends": [[1, 2], [3, 4]]}
    with pytest.raises(TypeError, match="set is no plain value"):
        plain({"ends": {1, 2}})
