"""Layouts, the active view, turned views, slabs, inversion, evidence and links on the screen."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichviewer.analysis.cam import EvidenceMaps
from ichviewer.dicom.study import Permission
from ichviewer.imaging.overlay import EVIDENCE_COLOUR
from ichviewer.imaging.plane import Axis, Letters
from ichviewer.imaging.plane_slab import Projection, Slab
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.window import Window
from ichviewer.ui.companion import Companion
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.view_state import Layout, Texts
from tests.ui import samples

TURNS = [Turn(q, m) for q, m in product(range(4), (False, True))]


@pytest.fixture
def reading(window: MainWindow) -> MainWindow:
    window.model.show_volume(samples.series(), samples.volume())
    return window


def shown(window: MainWindow) -> set[str]:
    names = ("axial", "coronal", "sagittal", "slab", "beside")
    return {name for name in names if getattr(window.images, name).isVisible()}


def turn_all(window: MainWindow, turn: Turn) -> None:
    window.model.view = replace(window.model.view, turns=(turn, turn, turn))


def test_each_layout_shows_its_views(reading: MainWindow, qtbot: QtBot) -> None:
    for layout, views in (
        (Layout.PLANES, {"axial", "coronal", "sagittal"}),
        (Layout.GRID, {"axial", "coronal", "sagittal", "slab"}),
        (Layout.SINGLE, {"axial"}),
    ):
        reading.model.layout = layout
        assert shown(reading) == views
    reading.model.view = replace(reading.model.view, active=Axis.I)
    assert shown(reading) == {"sagittal"}
    reading.model.layout = Layout.GRID

    def are_about_equal() -> bool:
        sizes = [v.width() * v.height() for v in reading.images.views[:4]]
        return max(sizes) < 1.4 * min(sizes)

    qtbot.waitUntil(are_about_equal)


def test_a_double_click_enlarges_a_view_and_back(reading: MainWindow) -> None:
    viewport = reading.images.coronal.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton)
    assert reading.model.view.active is Axis.J
    for event in (QTest.mouseDClick, QTest.mouseRelease):
        event(viewport, Qt.MouseButton.LeftButton)
    assert shown(reading) == {"coronal"}
    for event in (QTest.mouseDClick, QTest.mouseRelease):
        event(viewport, Qt.MouseButton.LeftButton)
    assert shown(reading) == {"axial", "coronal", "sagittal"}


def test_keys_act_on_the_active_view(reading: MainWindow) -> None:
    model = reading.model
    k, j, i = model.cursor_kji
    reading.activate_next_view(1)
    model.scroll(1)
    assert model.cursor_kji == (k, j - 1, i), "up in the coronal plane is to the front"
    before = reading.images.coronal.px_per_mm
    reading.view.zoom(2)
    assert reading.images.coronal.px_per_mm > before


@pytest.mark.parametrize("turn", TURNS, ids=str)
@pytest.mark.parametrize("axis", Axis)
def test_a_click_in_a_turned_view_finds_the_voxel_that_is_shown_there(
    reading: MainWindow, axis: Axis, turn: Turn
) -> None:
    turn_all(reading, turn)
    view: SliceView = (reading.images.axial, reading.images.coronal, reading.images.sagittal)[axis]
    assert view.plane is not None
    kji = [6, 20, 16]
    for other, to in zip([a for a in Axis if a is not axis], (3, 25), strict=True):
        kji[other] = to
    wanted = (kji[0], kji[1], kji[2])
    at = view.screen_point(*view.plane.pixel(wanted))
    view.place_crosshair(view._box.mapFromScene(at))
    assert reading.model.cursor_kji == wanted
    row, column = view.plane.pixel(wanted)
    hu = reading.model.volume.hu[wanted]
    assert view.readout(row, column)[0] == f"{hu} HU"


def test_letters_follow_a_turn_and_stay_without_texts(reading: MainWindow) -> None:
    view = reading.images.axial
    assert view.plane is not None
    assert view.plane.letters == Letters("R", "L", "A", "P")
    turn_all(reading, Turn(1))
    assert view.plane.letters == Letters("P", "A", "R", "L")
    reading.model.texts = Texts.NONE
    black = np.full(samples.SHAPE_KJI, -1000, np.int16)
    volume = samples.volume()
    reading.model.show_volume(samples.series(), type(volume)(black, volume.grid))
    assert not lit(view), "without texts an upright image is bare"
    turn_all(reading, Turn(1))
    assert lit(view), "a turned image never loses its letters"


def lit(view: SliceView) -> bool:
    image = view.grab().toImage()
    return any(
        image.pixelColor(x, y).lightness() > 60
        for y in range(0, image.height(), 2)
        for x in range(0, image.width(), 2)
    )


def test_a_reset_makes_everything_upright(reading: MainWindow) -> None:
    model = reading.model
    turn_all(reading, Turn(3, True))
    model.view = replace(model.view, is_inverted=True, slab=Slab(Projection.MEAN, 30))
    model.is_playing = True
    window = model.window = Window(10, 33)
    reading.reset()
    assert model.view.turns == (Turn(), Turn(), Turn())
    assert not model.view.is_inverted
    assert model.view.slab.projection is Projection.NONE
    assert not model.is_playing
    assert model.window == window


def test_turns_do_not_outlive_their_series(reading: MainWindow) -> None:
    turn_all(reading, Turn(0, True))
    reading.model.show_volume(samples.series("b"), samples.volume())
    assert reading.model.view.turns == (Turn(), Turn(), Turn())


def colour_at(view: SliceView, kji: tuple[int, int, int]) -> tuple[int, int, int]:
    assert view.plane is not None
    at = view.screen_point(*view.plane.pixel(kji)).toPoint()
    colour = view.grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


def test_inversion_turns_black_into_white(reading: MainWindow) -> None:
    reading.model.texts = Texts.NONE
    reading.model.window = Window(-5000, 100)
    assert colour_at(reading.images.axial, (6, 5, 5)) == (255, 255, 255)
    reading.model.view = replace(reading.model.view, is_inverted=True)
    assert colour_at(reading.images.axial, (6, 5, 5)) == (0, 0, 0)


@pytest.mark.parametrize("axis", Axis)
def test_a_slab_shows_and_reads_the_highest_value_of_its_cuts(
    reading: MainWindow, axis: Axis
) -> None:
    hu = np.full(samples.SHAPE_KJI, -1000, np.int16)
    spot = [6, 20, 16]
    spot[axis] += 1
    hu[tuple(spot)] = 900
    volume = samples.volume()
    reading.model.show_volume(samples.series(), type(volume)(hu, volume.grid))
    reading.model.texts = Texts.NONE
    reading.model.window = Window(400, 100)
    view = (reading.images.axial, reading.images.coronal, reading.images.sagittal)[axis]
    assert view.plane is not None
    kji = (6, 20, 16)
    assert colour_at(view, kji) == (0, 0, 0)
    reading.model.view = replace(reading.model.view, slab=Slab(Projection.MAXIMUM, 20))
    assert colour_at(view, kji) == (255, 255, 255)
    assert view.readout(*view.plane.pixel(kji))[0] == "900 HU, MIP of 20 mm"


def test_no_slab_where_slices_have_no_trustworthy_positions(window: MainWindow) -> None:
    series = samples.series("a", {Permission.MPR: "The slices have no positions."})
    window.model.show_volume(series, samples.volume())
    window.model.view = replace(window.model.view, slab=Slab(Projection.MAXIMUM, 20))
    assert window.images.axial.readout(10, 25)[0].endswith(" HU")
    window.model.layout = Layout.GRID
    assert window.images.slab.plane is None


def test_the_evidence_map_lights_its_place_only_when_asked_for(reading: MainWindow) -> None:
    slices, rows, columns = samples.SHAPE_KJI
    maps = np.zeros((slices, 6, 4, 4), np.float16)
    maps[:, 0, 0, 3] = 1  # the upper right quarter of the quarter
    cam = EvidenceMaps(maps, np.arange(slices), (rows, columns), (0.0, 0.0), (1.0, 1.0), 40)
    volume = samples.volume()
    black = np.full(samples.SHAPE_KJI, -1000, np.int16)
    reading.model.show_volume(samples.series(), type(volume)(black, volume.grid))
    reading.model.texts = Texts.NONE
    reading.model.findings = replace(samples.findings(), cam=cam)
    k = reading.model.cursor_kji[0]
    assert colour_at(reading.images.axial, (k, 4, 31)) == (0, 0, 0)
    reading.model.is_evidence_shown = True
    red, green, blue = colour_at(reading.images.axial, (k, 4, 31))
    assert red > 60
    assert (red / 255, green / 255, blue / 255) == pytest.approx(
        tuple(c / 255 * red / EVIDENCE_COLOUR[0] for c in EVIDENCE_COLOUR), abs=0.03
    )
    assert colour_at(reading.images.axial, (k, 30, 4)) == (0, 0, 0)
    reading.model.move_cursor((k, 4, 31))
    for view in (reading.images.coronal, reading.images.sagittal):
        for slice_k in (k, k + 2):
            lit = colour_at(view, (slice_k, 4, 31))
            assert lit == pytest.approx((red, green, blue), abs=2), "but for the screen's smoothing"
    reading.model.move_cursor((k, 30, 4))
    for view in (reading.images.coronal, reading.images.sagittal):
        assert colour_at(view, (k, 30, 4)) == (0, 0, 0)
    reading.model.is_overlay_off = True
    assert colour_at(reading.images.axial, (k, 4, 31)) == (0, 0, 0)


def test_an_unlinked_case_goes_its_own_way_and_is_linked_from_there(reading: MainWindow) -> None:
    model = reading.model
    model.companion = Companion(samples.match("c", "subdural"), samples.volume(), 4, 4)
    model.move_cursor((4, 20, 16))
    content = reading.images.beside._content
    assert content.cursor_kji[0] == 4
    model.toggle_link()
    model.move_cursor((8, 20, 16))
    assert content.cursor_kji[0] == 4, "not linked, it stays"
    content.scroll(2)
    assert (content.cursor_kji[0], model.cursor_kji[0]) == (6, 8)
    model.toggle_link()
    model.move_cursor((9, 20, 16))
    assert content.cursor_kji[0] == 7, "linked at 8 and 6, one further in both"


def test_panning_a_turned_image_moves_it_with_the_hand(reading: MainWindow) -> None:
    turn_all(reading, Turn(1, True))
    before = reading.images.axial.screen_point(10, 10)
    reading.images.axial.pan(QPointF(30, -20))
    moved = reading.images.axial.screen_point(10, 10) - before
    assert (moved.x(), moved.y()) == (pytest.approx(30, abs=0.5), pytest.approx(-20, abs=0.5))


def test_a_key_image_is_marked_on_the_strip(reading: MainWindow) -> None:
    strip = reading.images.strip
    row = strip.row_rect(3).center()
    x, y = strip.width() - 3, round(row.y())
    before = strip.grab().toImage().pixelColor(x, y)
    reading.model.move_cursor((3, 20, 16))
    reading.model.toggle_key_image()
    reading.model.move_cursor((9, 20, 16))
    after = strip.grab().toImage().pixelColor(x, y)
    assert after.lightness() > before.lightness() + 80
