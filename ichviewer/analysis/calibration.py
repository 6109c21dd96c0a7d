"""From what a network says to a probability that can be believed: how a manifest describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.entries import EntryError, by_class, mapping, number, numbers
from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.language import tr

Floats = NDArray[np.float32]
#: Points (probability said, probability meant) of a rising line, by column.
Table = tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

_EPSILON = 1e-6


@dataclass(frozen=True)
class Calibration:
    """How the probability of each of `PROBABILITY_COLUMNS` is corrected.

    Parameters
    ----------
    temperature, bias
        Probability = sigmoid((logit(p) + bias) / temperature).
    table
        If given, instead of these: an isotonic fit as a piecewise linear line, level outside its
        points.
    """

    temperature: tuple[float, ...]
    bias: tuple[float, ...]
    table: Table | None = None


@dataclass(frozen=True)
class Aggregation:
    """How calibrated slab probabilities become one for the study.

    Parameters
    ----------
    slabs
        Length of the running mean over neighbouring slabs whose largest value counts; 1 is the
        plain maximum.
    calibration
        Applied to that value.
    """

    slabs: int
    calibration: Calibration


def calibrate(probability: Floats, calibration: Calibration) -> Floats:
    """Correct each column: by shifted temperature scaling (Guo et al. 2017, arXiv:1706.04599) or
    an isotonic table (Zadrozny and Elkan 2002, doi:10.1145/775047.775151).

    Parameters
    ----------
    probability
        (..., 6) 0-1.
    calibration
        By column; a temperature above 1 makes the model less sure of itself.
    """
    if calibration.table is None:
        shifted = _logit(probability) + np.asarray(calibration.bias)
        return _sigmoid(shifted / np.asarray(calibration.temperature))
    columns = [
        np.interp(probability[..., column], said, meant)
        for column, (said, meant) in enumerate(calibration.table)
    ]
    return np.stack(columns, axis=-1).astype(np.float32)


def uncalibrate(probability: Floats, calibration: Calibration) -> Floats:
    """(6,) what has to be said to mean a probability (6,); the least that does, on a table."""
    if calibration.table is None:
        scaled = _logit(probability) * np.asarray(calibration.temperature)
        return _sigmoid(scaled - np.asarray(calibration.bias))
    least = [
        _least(said, meant, float(wanted))
        for (said, meant), wanted in zip(calibration.table, probability, strict=True)
    ]
    return np.asarray(least, dtype=np.float32)


def read_calibration(entry: Mapping[str, Any], name: str) -> Calibration:
    """Read a manifest's `calibration`, or the like of it; neutral where it says nothing."""
    method = entry.get("method", "temperature")
    if method == "isotonic":
        tables = mapping(entry.get("table"), f"{name}.table")
        table = tuple(_read_table(tables, column, f"{name}.table") for column in _COLUMNS)
        return Calibration(_ONES, _ZEROS, table)
    if method != "temperature":
        raise EntryError(
            tr(
                "{name}.method {method!r} is neither temperature nor isotonic",
                name=name,
                method=method,
            )
        )
    return Calibration(
        by_class(entry, "temperature", low=0.01, default=1.0, within=name),
        by_class(entry, "bias", default=0.0, within=name),
    )


def read_aggregation(entry: Mapping[str, Any]) -> Aggregation:
    """Read a manifest's `study`: how slabs make a study, and that probability's calibration."""
    method = entry.get("method", "max")
    if method not in ("max", "max_of_running_mean"):
        raise EntryError(
            tr("study.method {method!r} is not max or max_of_running_mean", method=method)
        )
    slabs = int(number(entry, "slices", low=1, within="study")) if method != "max" else 1
    if "calibration" in entry:
        own = mapping(entry["calibration"], "study.calibration")
        return Aggregation(slabs, read_calibration(own, "study.calibration"))
    own = {key: entry[key] for key in ("temperature", "bias") if key in entry}
    return Aggregation(slabs, read_calibration(own, "study"))


def _read_table(
    tables: Mapping[str, Any], column: str, name: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    within = f"{name}.{column}"
    entry = mapping(tables.get(column), within)
    said = numbers(entry, "said", 0.0, 1.0, within)
    meant = numbers(entry, "meant", 0.0, 1.0, within)
    if len(said) != len(meant):
        raise EntryError(
            tr(
                "{within} has {counted} numbers said and {meant} meant",
                within=within,
                counted=len(said),
                meant=len(meant),
            )
        )
    if len(set(said)) < len(said):
        raise EntryError(tr("{within}.said has a number twice", within=within))
    return said, meant


def _least(said: tuple[float, ...], meant: tuple[float, ...], wanted: float) -> float:
    """The least `said` whose line reaches `wanted`; 1 where it never does."""
    at = int(np.searchsorted(meant, wanted))
    if at == 0:
        return said[0] if wanted > 0 else 0.0
    if at == len(meant):
        return 1.0
    part = (wanted - meant[at - 1]) / (meant[at] - meant[at - 1])
    return said[at - 1] + part * (said[at] - said[at - 1])


def _logit(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    clipped = np.clip(probability.astype(np.float64), _EPSILON, 1.0 - _EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _sigmoid(logit: NDArray[np.float64]) -> Floats:
    return (1.0 / (1.0 + np.exp(-logit))).astype(np.float32)


_COLUMNS = PROBABILITY_COLUMNS
_ONES = (1.0,) * len(_COLUMNS)
_ZEROS = (0.0,) * len(_COLUMNS)
