"""The reader's own marks on the slice strip: where they are drawn, and what they say."""

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.measurement import Handle, Kind
from ichviewer.imaging.plane import Axis
from ichviewer.reading.mark import mark_lesions
from ichviewer.reading.record import Verdict
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.strip_marks import DIAMONDS_PX, KEYS_PX, LETTERS_PX, decided, measured, own_tip
from tests.ui import samples

SUBDURAL, SUBARACHNOID = HemorrhageType.SUBDURAL, HemorrhageType.SUBARACHNOID
LIMIT_MS = 90_000


@pytest.fixture
def reading(window: MainWindow, qtbot: QtBot) -> MainWindow:
    model = window.model
    model.scan = samples.scan(samples.series())
    model.show_volume(model.scan.series[0], samples.volume())
    model.findings = samples.findings(
        samples.lesion(1, SUBDURAL, 4), samples.lesion(2, SUBARACHNOID, 4)
    )
    window.reading.lesions.take_marked(mark_lesions(model.findings, samples.grid()))
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    return window


def measure(window: MainWindow, *places: tuple[int, int, int]) -> None:
    """A length between two voxels, which may lie on different slices."""
    grid = samples.grid()
    handles = [Handle(tuple(grid.lps_mm(kji).tolist()), Axis.I) for kji in places]
    window.measuring.measures.add(Kind.LENGTH, tuple(handles))


def brightest(window: MainWindow, k: int, from_right: float, width: float) -> int:
    """The brightest pixel of a column of the strip, in the row of a slice."""
    strip = window.images.strip
    image: QImage = strip.grab().toImage()
    row, left = strip.row_rect(k), strip.width() - from_right
    return max(
        image.pixelColor(x, y).lightness()
        for y in range(round(row.y()) + 2, round(row.bottom()) - 2)
        for x in range(round(left), round(left + width))
    )


def test_verdicts_stand_as_letters_where_the_finding_is_largest(reading: MainWindow) -> None:
    place = (KEYS_PX + DIAMONDS_PX + LETTERS_PX, LETTERS_PX)
    before = brightest(reading, 4, *place)
    reading.model.step_lesion(1)
    reading.reading.lesions.decide(Verdict.REJECTED)
    assert decided(reading.model) == {4: "R"}
    reading.model.step_lesion(1)
    reading.reading.lesions.decide(Verdict.ACCEPTED)
    assert decided(reading.model) == {4: "RA"}
    reading.model.move_cursor((9, 20, 16))
    assert brightest(reading, 4, *place) > before + 80
    assert brightest(reading, 6, *place) == before
    assert own_tip(reading.model, 4) == ("you: finding 1 rejected; finding 2 accepted",)
    reading.reading.lesions.decide(Verdict.ACCEPTED)
    assert decided(reading.model) == {4: "R"}, "the same verdict again takes it back"


def test_measurements_stand_on_every_slice_that_holds_a_point(reading: MainWindow) -> None:
    place = (KEYS_PX + DIAMONDS_PX, DIAMONDS_PX)
    before = brightest(reading, 2, *place)
    measure(reading, (2, 10, 10), (2, 10, 20))
    measure(reading, (2, 10, 10), (7, 10, 10))
    reading.model.move_cursor((9, 20, 16))
    assert {k: len(names) for k, names in measured(reading.model).items()} == {2: 2, 7: 1}
    assert brightest(reading, 2, *place) > before + 80
    assert brightest(reading, 5, *place) == before
    assert own_tip(reading.model, 7)[0].startswith("you: measured: ")
    assert own_tip(reading.model, 5) == ()


def test_measurements_of_another_series_do_not_count(reading: MainWindow) -> None:
    measure(reading, (2, 10, 10), (2, 10, 20))
    reading.model.show_volume(samples.series("b"), samples.volume())
    assert measured(reading.model) == {}
