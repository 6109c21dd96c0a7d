"""A prior beside the study: linked slices, the table of changes, moving by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ichviewer.comparison.alignment import Alignment, Grade
from ichviewer.comparison.compare import compare
from ichviewer.comparison.time_point import TimePoint
from ichviewer.dicom.study import ScanResult
from ichviewer.imaging.rigid import turn_about
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.comparison_prior import Prior
from ichviewer.ui.main_window import MainWindow
from tests.comparison.test_compare import CLOT, mask_of, volume_of
from tests.comparison.time_points import findings_of, time_point

UP_10_MM = Alignment(
    turn_about(np.zeros(3), np.zeros(3), np.array([0.0, 0, 10])),
    np.array([0.0, 0, 50]),
    Grade.GOOD,
)


def points() -> tuple[TimePoint, TimePoint]:
    was, now = volume_of((22, 60, 60)), volume_of()
    before = findings_of(mask_of(was, (2, (20.0, 0, 60), 18.0)), was)
    after = findings_of(mask_of(now, (2, CLOT[1], 23.0)), now)
    return (time_point(was, before, "2026-03-01"), time_point(now, after, "2026-03-02"))


@pytest.fixture
def compared(window: MainWindow) -> MainWindow:
    """A study with its prior, whose head lies 10 mm (two slices) higher."""
    prior, current = points()
    model = window.model
    scan = ScanResult(Path("folder"), (prior.study, current.study), (), {}, 42)
    model.scan = scan
    model.show_volume(current.series, current.volume)
    model.findings = current.findings
    found = compare(prior, current, alignment=UP_10_MM)
    k = model.cursor_kji[0]
    model.companion = Prior(prior, current, found, k, k + 2)
    return window


def said(window: MainWindow) -> str:
    return window.messages.current.sentence if window.messages.current else ""


def test_slices_are_linked_by_the_alignment(compared: MainWindow) -> None:
    prior = compared.model.companion
    assert isinstance(prior, Prior)
    found = [prior.slice_beside(k, prior.current.volume) for k in range(20)]
    assert found == [k + 2 for k in range(20)]


def test_the_panel_tells_growth_in_words(compared: MainWindow) -> None:
    panel = compared.comparing.panel
    assert panel.isVisibleTo(compared)
    table = panel.table
    rows = [[table.item(r, c).text() for c in range(7)] for r in range(table.rowCount())]
    assert [row[0].strip() for row in rows] == [
        "All types",
        "Intraparenchymal",
        "lesion 1 → 1",
    ]
    assert rows[2][5] == "GROWTH"
    prior = compared.model.companion
    assert isinstance(prior, Prior)
    change = prior.comparison.lesions[0].amount
    assert rows[2][3] == f"{change.change_ml:+.1f} ± {change.uncertainty_ml:.1f}"


def test_a_row_goes_to_its_lesion(compared: MainWindow) -> None:
    compared.comparing.panel.table.cellClicked.emit(2, 0)
    assert compared.model.cursor_kji[0] == compared.model.findings.lesions[0].largest_slice


def test_keys_move_the_alignment_and_say_so(compared: MainWindow, qtbot: QtBot) -> None:
    up = next(action for action in ACTIONS if action.keys == ("Alt+Shift+PgUp",))
    for _ in range(5):
        up.run(compared)
    prior = compared.model.companion
    assert isinstance(prior, Prior)
    assert prior.slice_beside(5, prior.current.volume) == 8
    assert "of these 5.0 mm, 0.0° by hand" in prior.comparison.alignment.sentence()
    # The pause over, lesions are matched anew in the worker.
    qtbot.waitUntil(lambda: compared.model.companion is not prior, timeout=60_000)
    again = compared.model.companion
    assert isinstance(again, Prior)
    assert again.comparison.alignment.grade is Grade.BY_HAND


def test_studies_without_patient_id_are_not_one_patients(compared: MainWindow) -> None:
    model = compared.model
    model.scan = replace(
        model.scan, studies=tuple(replace(one, patient_id="") for one in model.scan.studies)
    )
    model.show_volume(model.scan.series[1], model.volume)
    compared.comparing.compare_with_last()
    assert "No earlier study of this patient" in said(compared)


def test_closing_takes_the_panel_away(compared: MainWindow) -> None:
    compared.jobs.close_case()
    assert not compared.comparing.panel.isVisibleTo(compared)


def test_what_cannot_be_compared_is_said(compared: MainWindow) -> None:
    model = compared.model
    assert model.series is not None
    compared.comparing.compare_with(model.series)
    assert "choose another one" in said(compared)
    model.findings = None
    compared.comparing.compare_with(model.scan.series[0])
    assert "Wait until the AI has read" in said(compared)
