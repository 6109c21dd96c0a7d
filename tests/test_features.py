"""What `docs/features.md` names is there: the code of every row, and what shows it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "features.md"
PICTURES = (ROOT / "tests" / "ui" / "screenshots.py").read_text(encoding="utf-8")
_NAMED = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, ...]]:
    """The rows of all tables below their heads: what, where, code, shown by."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    tables = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line) for line in tables]
    return [row for row in cells if row[0] != "what" and set(row[0]) != {"-"}]


ROWS = rows()
NAMES = [row[0][:60] for row in ROWS]


def test_the_page_is_read_at_all() -> None:
    assert len(ROWS) > 50
    assert {len(row) for row in ROWS} == {4}
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_code_that_is_named_exists(row: tuple[str, ...]) -> None:
    for name in _NAMED.findall(row[2]):
        if "/" in name or name.endswith(".py"):
            found = [*ROOT.glob(f"ichviewer/{name.rstrip('/')}"), *ROOT.glob(name.rstrip("/"))]
            assert found, f"there is no {name}"
        else:
            named = [n for n in _NAMED.findall(row[2]) if n.endswith(".py")]
            sources = [p.read_text("utf-8") for n in named for p in ROOT.glob(f"ichviewer/{n}")]
            assert any(name in source for source in sources), f"{name} is not in {named}"


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_what_shows_a_feature_exists(row: tuple[str, ...]) -> None:
    shown_by = row[3]
    if "not yet" in shown_by:
        return
    folder = Path()
    is_shown = "picture" in shown_by
    for name in _NAMED.findall(shown_by):
        if name.endswith(".py"):
            # A second test of the same folder is named without it.
            folder = Path(name).parent if "/" in name else folder
            assert (ROOT / folder / Path(name).name).is_file(), f"there is no {name}"
            is_shown = True
        elif name.startswith("python -m "):
            module = name.removeprefix("python -m ").split()[0]
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
            is_shown = True
        else:
            assert re.sub(r"\d+$", "", name) in PICTURES, f"nobody takes the picture {name}"
    assert is_shown, "a feature that nothing shows"
