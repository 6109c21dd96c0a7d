"""What a model's manifest says, read strictly: a model that is not described is not run."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.prepare import InputSpec
from ichviewer.errors import ModelError

MANIFEST_NAME = "manifest.json"
#: Manifests of a later format are refused; one that states none is of the first.
FORMAT = 1
_MAX_MANIFEST_BYTES = 1 << 20


class Role(StrEnum):
    """What a model is for; the value is also the name of the output that fills the role."""

    DETECTION = "detection"
    SEGMENTATION = "segmentation"
    EMBEDDING = "embedding"


@dataclass(frozen=True)
class Calibration:
    """Probability = sigmoid((logit(p) + bias) / temperature), by `PROBABILITY_COLUMNS`."""

    temperature: tuple[float, ...]
    bias: tuple[float, ...]


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


@dataclass(frozen=True)
class Manifest:
    """One model's description; per-class tuples follow `PROBABILITY_COLUMNS`."""

    folder: Path
    name: str
    version: str
    roles: tuple[Role, ...]
    file: str
    sha256: str
    size_bytes: int
    opset: int
    input_name: str
    input: InputSpec
    embedding_dimension: int
    embedding_identity: str
    thresholds: tuple[float, ...]
    segmentation_min_probability: float
    lesion_min_ml: float
    operating_point: str
    calibration: Calibration
    aggregation: Aggregation
    license: str
    training_data: str
    intended_use: str

    @property
    def title(self) -> str:
        """Name and version, as sentences call the model."""
        return f"{self.name} {self.version}"


def read_manifest(folder: Path) -> Manifest:
    """Read `manifest.json` of a model's folder.

    Raises
    ------
    ModelError
        Where it is missing, no JSON, or leaves out or contradicts what the program needs; the
        sentence names the entry.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise ModelError(
            f"No model in {folder}: its {MANIFEST_NAME} is missing. Copy the model's whole folder."
        )
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise ModelError(f"{path} is too large to be a model's description.")
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read as JSON ({error}). Copy the model's folder again."
        ) from error
    try:
        return _parse(folder, _mapping(entry, "the file"))
    except _EntryError as error:
        raise ModelError(
            f"{path} does not describe a model: {error}. Compare it with docs/models.md."
        ) from error


class _EntryError(Exception):
    """One entry is missing or senseless; the text names it."""


def _parse(folder: Path, entry: Mapping[str, Any]) -> Manifest:
    if _number({"format": FORMAT, **entry}, "format") > FORMAT:
        raise _EntryError(f"it is of format {entry['format']}, newer than this program")
    roles = _roles(entry)
    image = _mapping(entry.get("input"), "input")
    embedding = _mapping(entry.get("embedding", {}), "embedding")
    if Role.EMBEDDING in roles and not embedding:
        raise _EntryError("embedding is missing")
    thresholds = _mapping(entry.get("thresholds"), "thresholds")
    return Manifest(
        folder=folder,
        name=_text(entry, "name"),
        version=_text(entry, "version"),
        roles=roles,
        file=_file_name(entry),
        sha256=_sha256(entry),
        size_bytes=int(_number(entry, "size_bytes", low=1)),
        opset=int(_number(entry, "opset", low=1)),
        input_name=_text(image, "name") if "name" in image else "image",
        input=InputSpec.from_manifest(image),
        embedding_dimension=int(_number(embedding, "dimension", low=1)) if embedding else 0,
        embedding_identity=_text(embedding, "identity") if embedding else "",
        thresholds=_by_class(thresholds, "detection", low=0.0, high=1.0),
        segmentation_min_probability=_number(
            thresholds, "segmentation_min_probability", low=0.0, high=1.0
        ),
        lesion_min_ml=_number(thresholds, "lesion_min_ml", low=0.0),
        operating_point=_text(thresholds, "operating_point"),
        calibration=_calibration(_mapping(entry.get("calibration", {}), "calibration")),
        aggregation=_aggregation(entry),
        license=_text(entry, "license"),
        training_data=_text(entry, "training_data"),
        intended_use=_text(entry, "intended_use"),
    )


def _roles(entry: Mapping[str, Any]) -> tuple[Role, ...]:
    listed = entry.get("roles")
    if not isinstance(listed, list) or not listed:
        raise _EntryError("roles must list at least one role")
    try:
        return tuple(Role(role) for role in listed)
    except ValueError as error:
        known = ", ".join(Role)
        raise _EntryError(f"roles: {error}; the program knows {known}") from error


def _calibration(entry: Mapping[str, Any]) -> Calibration:
    method = entry.get("method", "temperature")
    if method != "temperature":
        raise _EntryError(f"calibration.method {method!r} is not temperature")
    return Calibration(
        _by_class(entry, "temperature", low=0.01, default=1.0),
        _by_class(entry, "bias", default=0.0),
    )


def _aggregation(entry: Mapping[str, Any]) -> Aggregation:
    study = _mapping(entry.get("study", {}), "study")
    method = study.get("method", "max")
    if method not in ("max", "max_of_running_mean"):
        raise _EntryError(f"study.method {method!r} is not max or max_of_running_mean")
    slabs = int(_number(study, "slices", low=1, within="study")) if method != "max" else 1
    own = {key: study[key] for key in ("temperature", "bias") if key in study}
    return Aggregation(slabs, _calibration(own))


def _by_class(
    entry: Mapping[str, Any],
    key: str,
    low: float = -math.inf,
    high: float = math.inf,
    default: float | None = None,
) -> tuple[float, ...]:
    """One number for each of `PROBABILITY_COLUMNS`, in that order."""
    if key not in entry and default is not None:
        return (default,) * len(PROBABILITY_COLUMNS)
    table = _mapping(entry.get(key), key)
    return tuple(_number(table, column, low, high, within=key) for column in PROBABILITY_COLUMNS)


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _EntryError(f"{name} is missing or no table of entries")
    return value


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _EntryError(f"{key} is missing or empty")
    return value


def _number(
    entry: Mapping[str, Any],
    key: str,
    low: float = -math.inf,
    high: float = math.inf,
    within: str = "",
) -> float:
    value = entry.get(key)
    name = f"{within}.{key}" if within else key
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _EntryError(f"{name} is missing or no number")
    if not low <= value <= high:
        raise _EntryError(f"{name} is {value}, outside {low} to {high}")
    return float(value)


def _file_name(entry: Mapping[str, Any]) -> str:
    name = _text(entry, "file")
    if Path(name).name != name or "\\" in name or ":" in name:
        raise _EntryError(f"file {name!r} must be a plain file name beside the manifest")
    return name


def _sha256(entry: Mapping[str, Any]) -> str:
    digest = _text(entry, "sha256").lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise _EntryError("sha256 is not 64 hexadecimal digits")
    return digest
