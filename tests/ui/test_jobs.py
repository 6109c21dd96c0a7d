"""Background steps: results reach the model on the window's thread, cancelled ones never."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.dicom.study import Permission
from ichviewer.ui.companion import matched_lesion, most_suspect_slice
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import AiState, ViewerModel
from tests.ui import samples, steps

WAIT_MS = 30_000


def test_a_result_arrives_on_the_windows_thread(
    jobs: Jobs, model: ViewerModel, qtbot: QtBot
) -> None:
    got: list[tuple[object, threading.Thread]] = []
    parts: list[tuple[int, int, str]] = []
    jobs.start(
        "double",
        steps.double,
        21,
        on_success=lambda value: got.append((value, threading.current_thread())),
        on_progress=lambda *part: parts.append(part),
    )
    assert jobs.is_busy
    assert model.work is not None
    qtbot.waitUntil(lambda: bool(got), timeout=WAIT_MS)
    assert got == [(42, threading.main_thread())]
    assert (1, 2, "half") in parts
    assert not jobs.is_busy
    assert model.work is None


def test_a_cancelled_step_says_nothing_more(
    jobs: Jobs, model: ViewerModel, messages: Messages, qtbot: QtBot
) -> None:
    said: list[str] = []
    jobs.start(
        "wait",
        steps.until_cancelled,
        on_success=lambda _: said.append("success"),
        on_failure=lambda _: said.append("failure"),
        on_cancelled=lambda: said.append("cancelled"),
    )
    jobs.cancel_all()
    after: list[int] = []
    jobs.start("double", steps.double, 1, on_success=after.append)
    qtbot.waitUntil(lambda: after == [2], timeout=WAIT_MS)
    assert said == ["cancelled"]
    assert messages.current is None


def test_a_result_that_comes_after_its_cancellation_is_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    got: list[int] = []
    late: list[int] = []
    running = jobs.start("double", steps.double, 1, on_success=late.append)
    # The worker has finished and its result waits in the queue when the reader cancels.
    assert running.job is not None
    deadline = threading.Event()
    for _ in range(3000):
        if running.job._has_ended or deadline.wait(0.01):
            break
    assert running.job._has_ended
    jobs.cancel_all()
    jobs.start("double", steps.double, 5, on_success=got.append)
    qtbot.waitUntil(lambda: got == [10], timeout=WAIT_MS)
    assert late == []


def test_expected_trouble_is_its_own_sentence(jobs: Jobs, messages: Messages, qtbot: QtBot) -> None:
    jobs.start("refuse", steps.refuse, on_success=lambda _: None)
    qtbot.waitUntil(lambda: messages.current is not None, timeout=WAIT_MS)
    assert messages.current is not None
    assert messages.current.sentence == "The slices of x.dcm overlap. Choose another series."
    assert messages.current.details == ""


def test_a_bug_is_shown_as_unexpected_with_its_traceback(
    jobs: Jobs, messages: Messages, qtbot: QtBot
) -> None:
    jobs.start("break", steps.break_down, on_success=lambda _: None)
    qtbot.waitUntil(lambda: messages.current is not None, timeout=WAIT_MS)
    assert messages.current is not None
    assert "unexpected" in messages.current.sentence
    assert "ZeroDivisionError" not in messages.current.sentence
    assert "break_down" in messages.current.details


def test_opening_a_series_cancels_the_last(jobs: Jobs, model: ViewerModel) -> None:
    said: list[str] = []
    jobs.start(
        "wait",
        steps.until_cancelled,
        on_success=lambda _: said.append("success"),
        on_cancelled=lambda: said.append("cancelled"),
    )
    barred = samples.series("b", {Permission.VIEW: "The images are damaged."})
    jobs.open_series(barred)
    assert said == ["cancelled"]


def test_a_series_that_may_not_be_read_by_the_ai_says_why(jobs: Jobs, model: ViewerModel) -> None:
    reason = "The series is a localizer; the AI reads axial heads only."
    model.show_volume(samples.series("a", {Permission.AI: reason}), samples.volume())
    jobs.analyze()
    assert model.ai.state is AiState.REFUSED
    assert model.ai.sentence == reason
    assert not jobs.is_busy


@pytest.mark.parametrize(("types", "number"), [(("subdural",), 2), (("epidural",), None)])
def test_the_matched_lesion_is_of_a_type_that_the_case_shows(
    types: tuple[str, ...], number: int | None
) -> None:
    findings = samples.findings(
        samples.lesion(1, HemorrhageType.SUBARACHNOID, 3),
        samples.lesion(2, HemorrhageType.SUBDURAL, 6),
        samples.lesion(3, HemorrhageType.SUBDURAL, 8),
    )
    lesion = matched_lesion(findings, samples.match("c", *types))
    assert (lesion.number if lesion else None) == number


def test_without_a_matching_lesion_the_most_suspect_slice_is_linked() -> None:
    findings = samples.findings(samples.lesion(1, HemorrhageType.SUBDURAL, 7))
    assert 6 <= most_suspect_slice(findings) <= 8
