"""The conflict card in the window: shown while reader and AI differ, quiet otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.mid_plane import Midline
from ichviewer.reading.mark import mark_lesions
from ichviewer.reading.record import Presence, Stroke, Verdict
from ichviewer.ui.conflict_card import ConflictCard
from ichviewer.ui.conflict_words import evidence, lesion_title
from ichviewer.ui.main_window import MainWindow
from tests.ui import samples

SUBDURAL = HemorrhageType.SUBDURAL
LESION = replace(samples.lesion(1, SUBDURAL, 4), mirror_hu=33.0, site="convexity, frontal lobe")
LIMIT_MS = 90_000


def show(window: MainWindow, *lesions: object) -> ConflictCard:
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    window.model.findings = samples.findings(*lesions)  # type: ignore[arg-type]
    marked = mark_lesions(window.model.findings, samples.grid())
    window.reading.lesions.take_marked(marked)
    window.model.matches = replace(
        samples.matches(samples.match("near", "subdural")),
        contrary=(samples.match("calm", distance=0.51),),
    )
    return window.conflict


def texts(card: ConflictCard) -> str:
    said = "\n".join(x.text() for x in card.widget().findChildren(QLabel))
    return said.replace("\xa0", " ")


@pytest.fixture
def card(window: MainWindow, qtbot: QtBot) -> ConflictCard:
    made = show(window, LESION)
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    return made


def test_is_quiet_until_there_is_a_conflict(window: MainWindow, card: ConflictCard) -> None:
    assert not card.isVisible()
    window.reading.lesions.answer(Presence.PRESENT)
    assert not card.isVisible()
    window.reading.lesions.answer(Presence.ABSENT)
    assert card.isVisible()
    window.reading.lesions.answer(Presence.ABSENT)
    assert not card.isVisible()


def test_says_what_each_says_and_what_was_measured(window: MainWindow, card: ConflictCard) -> None:
    window.reading.lesions.answer(Presence.ABSENT)
    said = texts(card)
    assert "You: no hemorrhage. AI: hemorrhage, probability 90 %" in said
    assert "Mean 62 HU, highest 88 HU." in said
    assert "Its mirror place has 33 HU: it is 29 HU denser than that." in said
    assert "The second reader, by density alone, calls 72 % of it blood." in said
    assert "Caution: touches skull." in said
    assert "Your reading stands as you gave it." in said


def test_rejected_finding_is_one_click_away(
    window: MainWindow, card: ConflictCard, qtbot: QtBot
) -> None:
    window.model.step_lesion(1)
    window.reading.lesions.decide(Verdict.REJECTED)
    assert "You rejected 1 finding of the AI." in texts(card)
    window.model.scroll(3)
    jump = card.widget().findChild(QPushButton)
    assert jump.text() == "Finding 1: subdural, left, convexity, frontal lobe"
    qtbot.mouseClick(jump, Qt.MouseButton.LeftButton)
    assert window.model.cursor_kji[0] == LESION.largest_slice


def test_nearest_case_against_it_is_asked_for_by_one_click(
    window: MainWindow, card: ConflictCard, qtbot: QtBot
) -> None:
    window.reading.lesions.answer(Presence.ABSENT)
    assert "Most alike without hemorrhage, by distance" in texts(card)
    button = card.widget().findChild(QToolButton)
    assert "SIMULATED case calm" in button.toolTip()
    with qtbot.waitSignal(card.case_chosen) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args[0].case.case_id == "calm"


def test_ai_that_sees_none_is_met_with_what_the_reader_painted(
    window: MainWindow, qtbot: QtBot
) -> None:
    card = show(window)
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    window.reading.lesions.answer(Presence.PRESENT)
    assert "You: hemorrhage. AI: none, probability 2 %" in texts(card)
    assert "Most alike with hemorrhage" in texts(card)


def test_what_the_reader_painted_is_held_against_its_mirror_place(
    window: MainWindow, qtbot: QtBot
) -> None:
    card = show(window)
    model = window.model
    assert model.findings is not None
    # Column i of the sample lies across from column 32 - i.
    middle = Midline(np.array([1.0, 0.0, 0.0]), 0.0)
    model.findings = replace(model.findings, midline=middle)
    window.reading.lesions.take_marked(mark_lesions(model.findings, samples.grid()))
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    window.reading.lesions.answer(Presence.PRESENT)
    result = window.reading.lesions.result
    path = ((10.0, 5.0), (10.0, 8.0))
    window.reading.lesions.draw(Stroke(result, 0, int(SUBDURAL), 1, 0.1, path))
    said = "Painted by you, subdural: Mean 4 HU, highest 5 HU. Its mirror place has -16 HU"
    assert said in texts(card)
    model.findings = replace(model.findings, midline=None)
    window.reading.lesions.take_marked(mark_lesions(model.findings, samples.grid()))
    assert "Its mirror place on the other side cannot be compared." in texts(card)


def test_words_where_nothing_can_be_compared() -> None:
    plain = replace(samples.lesion(2, SUBDURAL, 4), flags=(), site="")
    assert lesion_title(plain) == "Finding 2: subdural, left, site not known"
    said = evidence(plain)
    assert "Its mirror place on the other side cannot be compared." in said
    assert "No sign of calcification or artefact." in said
    less, same = (replace(plain, mirror_hu=hu) for hu in (64.0, 62.2))
    assert evidence(less)[1] == "Its mirror place has 64 HU: it is 2 HU less dense."
    assert evidence(same)[1] == "Its mirror place has 62 HU, the same."
