"""Going back to a study: at once, as it was left, and within a bound of memory."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.dicom.study_list import add_scan
from ichviewer.imaging.window import PRESETS
from ichviewer.ui.kept_readings import KeptReading, KeptReadings
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.viewer_model import AiState
from tests.ui import samples

WAIT_MS = 240_000


def kept(key: str) -> KeptReading:
    return KeptReading(samples.series(key), None, samples.volume())


def test_the_one_left_longest_ago_goes_first() -> None:
    readings, first, second, third = KeptReadings(most=2), kept("a"), kept("b"), kept("c")
    for reading in (first, second, replace(first), third):
        readings.keep(reading)
    assert readings.take(second.series) is None
    assert readings.take(third.series) is third
    assert readings.take(first.series) is not None
    assert readings.take(first.series) is None


def test_memory_is_bounded_and_what_is_too_large_is_not_kept() -> None:
    size_bytes = samples.volume().hu.nbytes
    readings = KeptReadings(most_bytes=2 * size_bytes)
    for key in "abc":
        readings.keep(kept(key))
        assert readings.size_bytes <= 2 * size_bytes
    too_small = KeptReadings(most_bytes=size_bytes - 1)
    large = kept("d")
    too_small.keep(large)
    assert too_small.take(large.series) is None


def test_masks_count_too() -> None:
    findings = samples.findings()
    reading = KeptReading(samples.series(), findings)
    assert reading.size_bytes == findings.mask.nbytes


def test_what_is_no_longer_listed_is_let_go() -> None:
    readings, first, second = KeptReadings(), kept("a"), kept("b")
    readings.keep(first)
    readings.keep(second)
    readings.forget_others([second.series])
    assert readings.size_bytes == second.size_bytes


@pytest.fixture
def two_studies(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The demo, read to the end, and a study in memory beside it."""
    window.open_paths(paths.demo_study_folder())
    qtbot.waitUntil(lambda: window.model.matches is not None, timeout=WAIT_MS)
    model, other = window.model, samples.scan(samples.series("b"))
    study = replace(other.studies[0], study_uid="1.2.9", patient_id="P9")
    model.scan = add_scan(model.scan, replace(other, studies=(study,)))
    return window


def test_back_again_place_window_and_findings_are_there_at_once(
    two_studies: MainWindow, qtbot: QtBot
) -> None:
    window, model = two_studies, two_studies.model
    demo = model.series
    assert demo is not None
    model.step_lesion(1)
    model.move_cursor((3, 200, 210))
    model.window = PRESETS[2]
    before = (model.volume, model.findings, model.matches, model.lesion, model.cursor_kji)
    other = next(one for one in model.studies if one.patient_id == "P9").series[0]
    window.jobs.open_series(other)
    assert model.volume is None
    window.jobs.open_series(demo)
    after = (model.volume, model.findings, model.matches, model.lesion, model.cursor_kji)
    assert all(one is two for one, two in zip(before[:4], after[:4], strict=True))
    assert after[4] == (3, 200, 210)
    assert model.window == PRESETS[2]
    assert model.ai.state in (AiState.PROCESSED, AiState.WARNED)
    qtbot.waitUntil(lambda: model.edited is not None, timeout=WAIT_MS)
    assert not window.reading.bar.isVisible()


def test_another_operating_point_is_asked_of_the_models_anew(
    two_studies: MainWindow, qtbot: QtBot
) -> None:
    window, model = two_studies, two_studies.model
    demo, volume = model.series, model.volume
    assert demo is not None
    model.choices = replace(model.choices, operating_point="sensitive")
    window.jobs.open_series(demo)
    assert model.volume is volume
    assert model.findings is None
    assert model.ai.state is AiState.RUNNING


def test_nothing_is_kept_of_a_study_that_was_taken_off(two_studies: MainWindow) -> None:
    window = two_studies
    window.jobs.open_series(window.model.series)
    other = next(one for one in window.model.studies if one.patient_id == "P9").series[0]
    window.jobs.open_series(other)
    assert window.jobs.kept.size_bytes > 0
    window.jobs.close_all_studies()
    assert window.jobs.kept.size_bytes == 0
