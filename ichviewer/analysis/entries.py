"""Reading entries of a model's manifest strictly: what is missing or senseless is named."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.language import tr


class EntryError(Exception):
    """One entry is missing or senseless; the text names it."""


def by_class(
    entry: Mapping[str, Any],
    key: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    default: float | None = None,
    within: str = "",
) -> tuple[float, ...]:
    """One number for each of `PROBABILITY_COLUMNS`, in that order."""
    if key not in entry and default is not None:
        return (default,) * len(PROBABILITY_COLUMNS)
    name = f"{within}.{key}" if within else key
    table = mapping(entry.get(key), name)
    return tuple(number(table, column, low, high, within=name) for column in PROBABILITY_COLUMNS)


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    """A table of entries."""
    if not isinstance(value, Mapping):
        raise EntryError(tr("{name} is missing or no table of entries", name=name))
    return value


def text(entry: Mapping[str, Any], key: str) -> str:
    """A text that is not empty."""
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise EntryError(tr("{key} is missing or empty", key=key))
    return value


def number(
    entry: Mapping[str, Any],
    key: str,
    low: float = -math.inf,
    high: float = math.inf,
    within: str = "",
) -> float:
    """A finite number in a range."""
    name = f"{within}.{key}" if within else key
    return _checked(entry.get(key), name, low, high)


def numbers(
    entry: Mapping[str, Any], key: str, low: float, high: float, within: str
) -> tuple[float, ...]:
    """A list of at least two finite numbers in a range, none smaller than the one before."""
    name, listed = f"{within}.{key}", entry.get(key)
    if not isinstance(listed, list) or len(listed) < 2:
        raise EntryError(tr("{name} is missing or no list of at least two numbers", name=name))
    values = tuple(_checked(value, f"{name}[{n}]", low, high) for n, value in enumerate(listed))
    if any(after < before for before, after in itertools.pairwise(values)):
        raise EntryError(tr("{name} falls somewhere, it must only rise", name=name))
    return values


def _checked(value: Any, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise EntryError(tr("{name} is missing or no number", name=name))
    if not low <= value <= high:
        raise EntryError(
            tr(
                "{name} is {value}, outside {low} to {high}",
                name=name,
                value=value,
                low=low,
                high=high,
            )
        )
    return float(value)
