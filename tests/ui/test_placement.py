"""The window comes back where it was left, and never onto a screen that is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from ichviewer.settings import read_settings
from ichviewer.ui.placement import USUAL_SIZE, placed

MAIN = QRect(0, 0, 1920, 1040)
RIGHT = QRect(1920, 0, 2560, 1400)
LEFT = QRect(-1280, 200, 1280, 1024)
LAPTOP = QRect(0, 0, 1366, 728)
ROOT = Path(__file__).parents[2]


def test_a_window_on_a_present_screen_stays() -> None:
    for wanted in (
        QRect(100, 80, 1500, 900),
        QRect(2000, 60, 1800, 1200),
        QRect(-1200, 300, 900, 700),
    ):
        assert placed(wanted, [MAIN, RIGHT, LEFT]) == wanted


def test_a_window_across_two_screens_stays() -> None:
    wanted = QRect(900, 50, 2400, 900)
    assert placed(wanted, [MAIN, RIGHT]) == wanted


def test_a_window_of_a_screen_that_is_gone_comes_to_the_primary_one() -> None:
    found = placed(QRect(2000, 60, 1800, 900), [MAIN])
    assert MAIN.contains(found)
    assert found.size().width() == 1800
    assert abs(found.center().x() - MAIN.center().x()) <= 1


def test_the_first_time_it_has_its_usual_size_or_what_the_screen_has() -> None:
    assert placed(QRect(), [MAIN]).size() == USUAL_SIZE
    assert LAPTOP.contains(placed(QRect(), [LAPTOP, RIGHT]))


def test_a_window_that_hangs_over_is_pulled_in() -> None:
    found = placed(QRect(1300, 500, 1000, 800), [MAIN])
    assert MAIN.contains(found)
    assert found.size().width() == 1000
    assert found.right() == MAIN.right(), "no farther than it must"


def test_the_title_bar_can_always_be_reached() -> None:
    assert placed(QRect(100, 0, 1500, 900), [MAIN]).top() > 20


@given(
    st.tuples(*[st.integers(-6000, 6000)] * 2, *[st.integers(1, 6000)] * 2),
    st.lists(st.sampled_from([MAIN, RIGHT, LEFT]), min_size=1, max_size=3, unique_by=id),
)
def test_it_is_never_off_screen(wanted: tuple[int, int, int, int], screens: list[QRect]) -> None:
    found = placed(QRect(*wanted), screens)
    held = sum(
        part.width() * part.height()
        for part in (found & screen for screen in screens)
        if part.isValid()
    )
    assert held == found.width() * found.height()


def start(data: Path, screens: dict[str, QRect], *leave_at: int) -> tuple[QRect, bool]:
    """Run the real program once on these screens.

    Where its window came up, and whether with the page of the first start.
    """
    data.mkdir(exist_ok=True)
    entries = [
        {"name": name, "x": at.x(), "y": at.y(), "width": at.width(), "height": at.height(),
         "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for name, at in screens.items()
    ]  # fmt: skip
    desk = data / "screens.json"
    desk.write_text(json.dumps({"screens": entries}))
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.left_window", *map(str, leave_at)],
        cwd=ROOT,
        env=os.environ
        | {"QT_QPA_PLATFORM": f"offscreen:configfile={desk}", "ICHVIEWER_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    *at, is_first = map(int, done.stdout.split())
    return QRect(*at), bool(is_first)


@pytest.mark.skipif(sys.platform == "win32", reason="the path of the screens holds a colon")
def test_the_real_window_follows_the_screens_that_are_there(tmp_path: Path) -> None:
    data, both = tmp_path / "data", {"main": MAIN, "right": RIGHT}
    at, is_first = start(data, both, 2100, 100, 1700, 1100)
    assert MAIN.contains(at)
    assert is_first, "the first start has a page of its own"
    assert read_settings(data / "settings.json").window_px == (2100, 100, 1700, 1100)
    assert start(data, both) == (QRect(2100, 100, 1700, 1100), False), "where it was left"
    at, _ = start(data, {"main": MAIN})
    assert MAIN.contains(at), "the screen is gone"
