"""The card holds every table, and is silent on what a model cannot state."""

from __future__ import annotations

import json

import pytest

from training.anatomy import ROOT
from training.card import card, table

MANIFEST = json.loads((ROOT / "models" / "ichnet-s" / "manifest.json").read_text(encoding="utf-8"))
TABLES = {
    name: table(["table"], [[name]])
    for name in (
        *("detection", "contrast", "size", "mask", "shown"),
        *("region_probability", "regions", "real"),
    )
}


@pytest.mark.parametrize("left_out", [(), ("regions",), ("in_scan",), ("regions", "in_scan")])
def test_tables_stand_where_the_model_has_what_they_are_about(left_out: tuple[str, ...]) -> None:
    manifest = {key: value for key, value in MANIFEST.items() if key not in left_out}
    text = card(manifest, TABLES, "7 studies", 8.0, 0.1)
    for name in TABLES:
        expected = 0 if "regions" in left_out and name.startswith("region") else 1
        assert text.count(f"| {name} |") == expected, name
    assert ("less probable than a threshold" in text) is ("regions" not in left_out)
    assert ("A second network" in text) is ("in_scan" not in left_out)
    assert ("calibration of their own there" in text) is ("in_scan" not in left_out)
    assert "\n\n\n" not in text


def test_the_shipped_card_is_of_the_shipped_model() -> None:
    shipped = (ROOT / "models" / "ichnet-s" / "MODEL_CARD.md").read_text(encoding="utf-8")
    text = card(MANIFEST, TABLES, "7 studies", 8.0, 0.1)
    for line in text.splitlines():
        if not line.startswith("|") and "7 studies" not in line:
            assert line in shipped
