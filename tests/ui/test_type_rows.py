"""The rows of the types: what one slider does to its type, what the one for all does to all."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QSlider

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.overlay import FILL_SHARE
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.type_rows import TypeRows
from tests.ui import samples

SUBDURAL, EPIDURAL = HemorrhageType.SUBDURAL, HemorrhageType.EPIDURAL


@pytest.fixture
def shown(window: MainWindow) -> MainWindow:
    model = window.model
    model.scan = samples.scan(samples.series())
    model.show_volume(model.scan.series[0], samples.volume())
    model.findings = samples.findings(
        samples.lesion(1, SUBDURAL, 4), samples.lesion(2, EPIDURAL, 9)
    )
    return window


def slider(window: MainWindow, name: str) -> QSlider:
    rows = window.findings.findChild(TypeRows)
    return next(x for x in rows.findChildren(QSlider) if x.accessibleName() == name)


def alpha(window: MainWindow, k: int) -> int:
    """Of the fill in the middle of the lesion on a slice, 0-255."""
    window.model.move_cursor((k, 20, 22))
    window.images.axial.grab()
    overlay = window.images.axial._picture.overlay
    assert overlay is not None
    return int(overlay.rgba[..., 3].min())


def test_slider_of_a_type_weakens_that_type_only(shown: MainWindow) -> None:
    full = round(255 * FILL_SHARE)
    assert (alpha(shown, 4), alpha(shown, 9)) == (full, full)
    slider(shown, "Opacity of subdural").setValue(40)
    assert (alpha(shown, 4), alpha(shown, 9)) == (round(255 * FILL_SHARE * 0.4), full)
    assert shown.model.choices.type_opacity == {"subdural": 0.4}


def test_slider_of_all_types_still_weakens_all(shown: MainWindow) -> None:
    slider(shown, "Opacity of subdural").setValue(50)
    slider(shown, "Opacity of the overlay").setValue(60)
    expected = (round(255 * FILL_SHARE * 0.3), round(255 * FILL_SHARE * 0.6))
    assert (alpha(shown, 4), alpha(shown, 9)) == expected
    assert slider(shown, "Opacity of subdural").value() == 50


def test_kept_choice_is_taken_up_and_full_strength_needs_no_entry(shown: MainWindow) -> None:
    model = shown.model
    model.choices = replace(model.choices, type_opacity={"epidural": 0.25})
    assert slider(shown, "Opacity of epidural").value() == 25
    assert alpha(shown, 9) == round(255 * FILL_SHARE * 0.25)
    slider(shown, "Opacity of epidural").setValue(100)
    assert model.choices.type_opacity == {}
