"""The model tells every change once, keeps the cursor inside, and forgets the last series."""

import pytest
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.ui.companion import Companion
from ichviewer.ui.viewer_model import AiState, AiStatus, ViewerModel
from tests.ui import samples


def test_setting_the_same_again_says_nothing(qtbot: QtBot, model: ViewerModel) -> None:
    with qtbot.waitSignal(model.window_changed):
        model.window = PRESETS[2]
    with qtbot.assertNotEmitted(model.window_changed):
        model.window = Window(80, 200, "subdural")


def test_two_models_do_not_share_state(model: ViewerModel) -> None:
    model.window = PRESETS[5]
    assert ViewerModel().window == PRESETS[1]


def test_a_volume_opens_in_its_middle_and_keeps_the_readers_window(model: ViewerModel) -> None:
    model.window = PRESETS[3]
    model.show_volume(samples.series(), samples.volume())
    assert model.cursor_kji == (6, 20, 16)
    assert model.window == PRESETS[3]


def test_another_volume_clears_what_was_said_of_the_last(model: ViewerModel) -> None:
    found = samples.lesion(1, HemorrhageType.SUBDURAL, 4)
    model.show_volume(samples.series(), samples.volume())
    model.findings = samples.findings(found)
    model.go_to_lesion(found)
    model.matches = samples.matches(samples.match("c", "subdural"))
    model.companion = Companion(model.matches.matches[0], samples.volume(), 4, 4)
    model.ai = AiStatus(AiState.PROCESSED)
    model.show_volume(samples.series("b"), samples.volume())
    assert model.findings is None
    assert model.lesion is None
    assert model.matches is None
    assert model.companion is None
    assert model.ai.state is AiState.IDLE


def test_the_cursor_stays_inside(model: ViewerModel) -> None:
    model.move_cursor((3, 3, 3))
    assert model.cursor_kji == (0, 0, 0), "there is no volume to be inside of"
    model.show_volume(samples.series(), samples.volume())
    model.move_cursor((99, -5, 7))
    assert model.cursor_kji == (11, 0, 7)


def test_scrolling_up_goes_to_the_head_the_front_and_the_right(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    start = model.volume.grid.lps_mm(_floats(model.cursor_kji))
    for axis, direction, sign in ((Axis.K, 2, 1), (Axis.J, 1, -1), (Axis.I, 0, -1)):
        model.cursor_kji = (6, 20, 16)
        model.scroll(1, axis)
        moved = model.volume.grid.lps_mm(_floats(model.cursor_kji)) - start
        assert moved[direction] * sign > 0


def test_stepping_through_lesions_goes_round(model: ViewerModel) -> None:
    lesions = [samples.lesion(n, HemorrhageType.SUBDURAL, 2 * n) for n in (1, 2, 3)]
    model.show_volume(samples.series(), samples.volume())
    model.findings = samples.findings(*lesions)
    slices = []
    for step in (1, 1, 1, 1, -1):
        model.step_lesion(step)
        slices.append(model.cursor_kji[0])
    assert slices == [2, 4, 6, 2, 6]


def test_key_images_belong_to_their_series(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    for k in (3, 8):
        model.move_cursor((k, 20, 16))
        model.toggle_key_image()
    assert model.key_slices == (3, 8)
    model.toggle_key_image()
    assert model.key_slices == (3,)
    model.show_volume(samples.series("b"), samples.volume())
    assert model.key_slices == ()
    model.show_volume(samples.series(), samples.volume())
    assert model.key_slices == (3,)


def test_opacity_stays_between_a_tenth_and_one(model: ViewerModel) -> None:
    for _ in range(20):
        model.change_opacity(-0.1)
    assert model.overlay.opacity == 0.1
    for _ in range(20):
        model.change_opacity(0.1)
    assert model.overlay.opacity == 1.0


def test_stored_values_without_hu_get_a_window_that_shows_them(model: ViewerModel) -> None:
    from dataclasses import replace

    volume = replace(samples.volume(), is_hu=False, windows=())
    model.show_volume(samples.series(), volume)
    low = model.window.center - model.window.width / 2
    high = model.window.center + model.window.width / 2
    assert low <= volume.hu.min()
    assert high >= volume.hu.max()


@pytest.mark.parametrize(("study_k", "case_k"), [(4, 3), (6, 7), (0, 0), (11, 11)])
def test_a_case_beside_follows_in_millimetres(study_k: int, case_k: int) -> None:
    # Study slices are 5 mm apart, the case's 2.5 mm; slice 4 of one is linked to 3 of the other.
    study, case = samples.volume(5.0), samples.volume(2.5)
    companion = Companion(samples.match("c", "subdural"), case, 4, 3)
    assert companion.slice_beside(study_k, study) == case_k


def _floats(kji: tuple[int, int, int]):
    import numpy as np

    return np.array(kji, dtype=float)
