"""Texts over an image keep clear of one another, at every size of the view."""

from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ichviewer.imaging.plane import Letters
from ichviewer.ui import annotations, wording
from ichviewer.ui.annotations import Corners

WHITE = QColor("#ffffff")
CORNERS = Corners(
    top_left=("Sample^Head", "F 70 · 2020-01-02 · CT head"),
    top_right=("Axial  338 / 512", "Brain", "W 80  C 40"),
    light=WHITE,
    beside_light=("native pixels",),
)


def rows_with_ink(image: QImage) -> set[int]:
    return {
        y
        for y in range(image.height())
        if any(image.pixelColor(x, y).lightness() > 128 for x in range(image.width()))
    }


@pytest.fixture
def painter(qapp: QApplication):
    image = QImage(1000, 600, QImage.Format.Format_RGB32)
    image.fill(0)
    made = QPainter(image)
    made.setFont(qapp.font())
    yield made
    made.end()


def test_the_upper_letter_goes_below_texts_that_reach_it(painter: QPainter) -> None:
    assert annotations.letter_drop_px(painter, QRectF(0, 0, 1000, 600), CORNERS) == 0
    line = QFontMetricsF(painter.font()).height()
    drop_px = annotations.letter_drop_px(painter, QRectF(0, 0, 200, 400), CORNERS)
    assert drop_px >= 4 * line, "below three lines and the light"
    long_light = Corners(top_right=("1 / 2",), light=WHITE, beside_light=("reformatted " * 3,))
    assert annotations.letter_drop_px(painter, QRectF(0, 0, 260, 400), long_light) >= 2 * line


def test_slice_and_window_are_whole_where_the_name_is_cut_short(qapp: QApplication) -> None:
    area = QRectF(0, 0, 190, 300)
    whole = Corners(top_right=CORNERS.top_right)

    def right_end(corners: Corners) -> QImage:
        image = QImage(190, 300, QImage.Format.Format_RGB32)
        image.fill(0)
        made = QPainter(image)
        annotations.write_corners(made, area, corners)
        made.end()
        return image.copy(140, 0, 50, 60)

    both = Corners(top_left=CORNERS.top_left, top_right=CORNERS.top_right)
    assert right_end(both) == right_end(whole)


def test_how_faithful_a_view_is_stays_clear_of_long_texts_on_the_left(qapp: QApplication) -> None:
    long = "The source images are lossy (JPEG 2000, 21:1)."

    def drawn(corners: Corners) -> QImage:
        image = QImage(300, 200, QImage.Format.Format_RGB32)
        image.fill(0)
        made = QPainter(image)
        annotations.write_corners(made, QRectF(0, 0, 300, 200), corners)
        made.end()
        return image.copy(190, 0, 110, 120)

    alone = Corners(light=WHITE, beside_light=("native pixels", "lossy source"))
    assert drawn(replace(alone, top_left=(long, long))) == drawn(alone)


def test_names_of_crossing_regions_do_not_cover_one_another(painter: QPainter) -> None:
    area = QRectF(0, 0, 220, 300)
    taken = annotations.letter_boxes(area)
    for n, name in enumerate(("intraparenchymal", "subarachnoid", "intraventricular", "subdural")):
        beside = QRectF(80 + 5 * n, 120 + 3 * n, 60, 40)
        annotations.write_type(painter, area, beside, name, WHITE, taken=taken)
    assert len(taken) == 6
    assert not any(one.intersects(other) for one, other in combinations(taken[2:], 2))
    assert all(area.contains(box) for box in taken)


@pytest.mark.parametrize("width", [120, 200, 400])
def test_the_banner_is_whole_at_every_width(qapp: QApplication, width: int) -> None:
    image = QImage(width + 200, 300, QImage.Format.Format_RGB32)
    image.fill(0)
    made = QPainter(image)
    annotations.write_foot(made, QRectF(100, 0, width, 300), wording.NOT_FOR_DIAGNOSIS, WHITE)
    made.end()
    columns = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).lightness() > 128 for y in range(image.height()))
    ]
    assert columns
    assert min(columns) >= 100
    assert max(columns) < 100 + width


def test_letters_stand_at_their_edges(qapp: QApplication) -> None:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(0)
    made = QPainter(image)
    annotations.write_letters(made, QRectF(0, 0, 300, 200), Letters("", "", "A", ""), 40)
    made.end()
    rows = rows_with_ink(image)
    assert min(rows) >= 40
    assert max(rows) < 80


def test_words_beside_the_light_are_whole_in_a_narrow_view(qapp: QApplication) -> None:
    def drawn(words: tuple[str, ...]) -> QImage:
        image = QImage(180, 120, QImage.Format.Format_RGB32)
        image.fill(0)
        made = QPainter(image)
        corners = Corners(top_right=("1 / 2",), light=WHITE, beside_light=words)
        annotations.write_corners(made, QRectF(0, 0, 180, 120), corners)
        made.end()
        return image

    assert drawn(("reformatted, nearest voxels",)) == drawn(("reformatted", "nearest voxels"))


def test_what_must_stand_under_an_image_is_whole_in_a_narrow_view(qapp: QApplication) -> None:
    word = "Primärdiagnose"
    needed_px = QFontMetricsF(qapp.font()).horizontalAdvance(word)
    width = round(needed_px) + 60  # less than the word and room for the scale on both sides

    image = QImage(width, 120, QImage.Format.Format_RGB32)
    image.fill(0)
    made = QPainter(image)
    made.setFont(qapp.font())
    annotations.write_foot(made, QRectF(0, 0, width, 120), f"KI-Ergebnis, nicht zur {word}", WHITE)
    made.end()
    assert len(rows_with_ink(image)) > QFontMetricsF(qapp.font()).height()
    ink = [
        x for x in range(width) if any(image.pixelColor(x, y).lightness() > 128 for y in range(120))
    ]
    assert ink[0] >= 8, "begins inside the view"
    assert ink[-1] <= width - 40, "ends before the scale"
