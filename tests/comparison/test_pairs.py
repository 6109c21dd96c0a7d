"""The pairs of `docs/comparison.md`, held to what the program promises."""

import pytest

from ichviewer.comparison.alignment import Grade
from tests.comparison.pairs import PAIRS, is_available, run


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_motion_and_growth_are_found(number: int) -> None:
    pair = PAIRS[number]
    if not is_available(pair.head):
        pytest.skip(f"what the {pair.head} head is made from is not at hand")
    outcome = run(pair, number)
    assert outcome.comparison.alignment.grade is Grade.GOOD
    assert outcome.error_mm <= 0.5
    assert outcome.error_deg <= 0.5
    assert abs(outcome.ratio_error) <= 0.05
