"""The demo read from opening to closing in the real window, with one hand only."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ichviewer.imaging.measurement import Kind
from ichviewer.reading.record import Presence, Verdict
from ichviewer.reading.replay import journals, replay
from ichviewer.ui.main_window import MainWindow
from tests.ui.scripted_read import ByKeys, ByMouse, Reader


@pytest.mark.parametrize("hand", [ByKeys, ByMouse])
def test_a_study_is_read_with_one_hand(
    window: MainWindow, hand: type[Reader], own_data: Path
) -> None:
    reader = hand(window)
    stations: list[str] = []
    copied: list[str] = []

    def after(station: str) -> None:
        stations.append(station)
        if station == "report":
            copied.append(QApplication.clipboard().text())

    reader.read(after)
    assert stations == [station.__name__ for station in reader.stations]
    assert window.model.volume is None
    window.close()
    (study,) = journals(own_data / "readings")
    reading = replay(own_data / "readings", study).history.reading
    verdicts = [decision.verdict for decision in reading.decisions.values()]
    assert verdicts == [Verdict.ACCEPTED, Verdict.REJECTED]
    kinds = [one["kind"] for one in reading.measurements.values()]
    assert sorted(kinds) == sorted([Kind.LENGTH, Kind.ABC2])
    assert len(reading.key_images) == 1
    (answer,) = reading.answers.values()
    assert answer.presence is Presence.PRESENT
    assert "ABC/2" in copied[0]
