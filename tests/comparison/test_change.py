"""Growth by the rule, and what is too small to be one."""

from math import isnan, nan

import pytest

from ichviewer.comparison.change import Amount, Trend


@pytest.mark.parametrize(
    ("prior", "current", "uncertainty", "trend", "is_expansion"),
    [
        (10.0, 12.0, 1.0, Trend.GROWN, False),
        (10.0, 13.2, 1.0, Trend.GROWN, False),
        (10.0, 13.4, 1.0, Trend.GROWN, True),
        (40.0, 46.0, 2.0, Trend.GROWN, False),
        (40.0, 46.1, 2.0, Trend.GROWN, True),
        (40.0, 46.1, 7.0, Trend.STABLE, False),
        (0.3, 0.6, 0.4, Trend.STABLE, False),
        (10.0, 10.5, 1.0, Trend.STABLE, False),
        (10.0, 8.0, 1.0, Trend.SHRUNK, False),
        (0.0, 3.0, 0.5, Trend.NEW, False),
        (0.0, 7.0, 0.5, Trend.NEW, True),
        (5.0, 0.0, 0.5, Trend.GONE, False),
        (0.0, 0.0, 0.0, Trend.STABLE, False),
        (nan, 3.0, nan, Trend.UNKNOWN, False),
    ],
)
def test_trends(
    prior: float, current: float, uncertainty: float, trend: Trend, is_expansion: bool
) -> None:
    amount = Amount(prior, current, uncertainty)
    assert amount.trend is trend
    assert amount.is_expansion is is_expansion


def test_the_rule_in_words() -> None:
    assert Amount(10, 20, 1).rule_words() == "GROWTH: more than 6 mL and more than 33 %"
    assert Amount(1, 2, 0.5).rule_words() == "GROWTH: more than 33 %"
    assert Amount(0.3, 0.6, 0.4).rule_words().startswith("beyond the rule, but within")
    assert not Amount(10, 11, 0.5).rule_words()
    assert isnan(Amount(0, 7, 0.5).change_share)
