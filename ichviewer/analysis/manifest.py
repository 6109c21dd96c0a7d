"""What a model's manifest says, read strictly: a model that is not described is not run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ichviewer.analysis.calibration import (
    Aggregation,
    Calibration,
    read_aggregation,
    read_calibration,
)
from ichviewer.analysis.entries import EntryError, mapping, number, text
from ichviewer.analysis.familiarity import Familiarity, read_familiarity
from ichviewer.analysis.findings import OperatingPoint
from ichviewer.analysis.lesion_probability import RegionTerms, read_region_terms
from ichviewer.analysis.operating import (
    Conformal,
    Thresholds,
    choose,
    read_conformal,
    read_operating_points,
)
from ichviewer.analysis.prepare import InputSpec
from ichviewer.errors import ModelError
from ichviewer.language import tr, tr_later

MANIFEST_NAME = "manifest.json"
#: Manifests of a later format are refused; one that states none is of the first.
FORMAT = 1
_MAX_MANIFEST_BYTES = 1 << 20

__all__ = [
    "FORMAT",
    "MANIFEST_NAME",
    "Aggregation",
    "Calibration",
    "Manifest",
    "ModelFile",
    "Role",
    "Terms",
    "read_manifest",
]


class Role(StrEnum):
    """What a model is for; the value is also the name of the output that fills the role."""

    DETECTION = tr_later("detection")
    SEGMENTATION = tr_later("segmentation")
    EMBEDDING = tr_later("embedding")


@dataclass(frozen=True)
class ModelFile:
    """One ONNX file beside the manifest, and how to know that it is the one."""

    file: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Terms:
    """What a detector's answers mean, and what they are held to.

    Per-class tuples follow `PROBABILITY_COLUMNS`.

    Parameters
    ----------
    with_contrast
        What stands for `calibration` and `aggregation` where vessels are bright: they look like
        blood, so the same answer means less there. None of a model that does not tell.
    """

    operating_points: Mapping[OperatingPoint, Thresholds]
    calibration: Calibration
    aggregation: Aggregation
    conformal: Conformal | None
    with_contrast: tuple[Calibration, Aggregation] | None = None

    def in_contrast(self) -> "Terms":
        """What holds where vessels are bright."""
        if self.with_contrast is None:
            return self
        calibration, aggregation = self.with_contrast
        return replace(self, calibration=calibration, aggregation=aggregation)


@dataclass(frozen=True)
class InScan:
    """A second network, which hears what the first says of all slabs of a scan.

    Parameters
    ----------
    network
        Its file.
    terms
        For its answers; those of the first network alone hold where there is one slab only.
    """

    network: ModelFile
    terms: Terms


@dataclass(frozen=True)
class Manifest:
    """One model's description."""

    folder: Path
    name: str
    version: str
    roles: tuple[Role, ...]
    network: ModelFile
    opset: int
    input_name: str
    input: InputSpec
    embedding_dimension: int
    embedding_identity: str
    terms: Terms
    in_scan: InScan | None
    regions: RegionTerms | None
    familiarity: Familiarity | None
    license: str
    training_data: str
    intended_use: str

    @property
    def title(self) -> str:
        """Name and version, as sentences call the model."""
        return f"{self.name} {self.version}"

    def terms_of(self, slabs: int, *, has_contrast: bool) -> Terms:
        """What holds for so many slabs read together, of a head whose vessels are bright or not."""
        terms = self.in_scan.terms if self.in_scan and slabs > 1 else self.terms
        return terms.in_contrast() if has_contrast else terms

    @property
    def segmentation_min_probability(self) -> float:
        """The mask's, at the operating point that stands where no other is asked for."""
        points = self.terms.operating_points
        return choose(points, OperatingPoint.BALANCED, self.title)[1].mask_probability


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
            tr(
                "No model in {folder}: its {manifest} is missing. Copy the model's whole folder.",
                folder=folder,
                manifest=MANIFEST_NAME,
            )
        )
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise ModelError(tr("{path} is too large to be a model's description.", path=path))
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            tr(
                "{path} cannot be read as JSON ({error}). Copy the model's folder again.",
                path=path,
                error=error,
            )
        ) from error
    try:
        return _parse(folder, mapping(entry, tr("the file")))
    except EntryError as error:
        raise ModelError(
            tr(
                "{path} does not describe a model: {error}. Compare it with docs/models.md.",
                path=path,
                error=error,
            )
        ) from error


def _parse(folder: Path, entry: Mapping[str, Any]) -> Manifest:
    if number({"format": FORMAT, **entry}, "format") > FORMAT:
        raise EntryError(
            tr("it is of format {format}, newer than this program", format=entry["format"])
        )
    roles = _roles(entry)
    image = mapping(entry.get("input"), "input")
    embedding = mapping(entry.get("embedding", {}), "embedding")
    if Role.EMBEDDING in roles and not embedding:
        raise EntryError(tr("embedding is missing"))
    dimension = int(number(embedding, "dimension", low=1)) if embedding else 0
    return Manifest(
        folder=folder,
        name=text(entry, "name"),
        version=text(entry, "version"),
        roles=roles,
        network=_network(entry),
        opset=int(number(entry, "opset", low=1)),
        input_name=text(image, "name") if "name" in image else "image",
        input=InputSpec.from_manifest(image),
        embedding_dimension=dimension,
        embedding_identity=text(embedding, "identity") if embedding else "",
        terms=_terms(entry),
        in_scan=_in_scan(entry, roles),
        regions=_regions(entry, roles),
        familiarity=read_familiarity(embedding, dimension) if embedding else None,
        license=text(entry, "license"),
        training_data=text(entry, "training_data"),
        intended_use=text(entry, "intended_use"),
    )


def _network(entry: Mapping[str, Any]) -> ModelFile:
    size_bytes = int(number(entry, "size_bytes", low=1))
    return ModelFile(_file_name(entry), _sha256(entry), size_bytes)


def _terms(entry: Mapping[str, Any]) -> Terms:
    calibration, aggregation = _meaning(entry)
    return Terms(
        operating_points=read_operating_points(entry, aggregation),
        calibration=calibration,
        aggregation=aggregation,
        conformal=read_conformal(entry),
        with_contrast=_with_contrast(entry),
    )


def _meaning(entry: Mapping[str, Any]) -> tuple[Calibration, Aggregation]:
    calibration = mapping(entry.get("calibration", {}), "calibration")
    study = mapping(entry.get("study", {}), "study")
    return read_calibration(calibration, "calibration"), read_aggregation(study)


def _with_contrast(entry: Mapping[str, Any]) -> tuple[Calibration, Aggregation] | None:
    if "with_contrast" not in entry:
        return None
    own = mapping(entry["with_contrast"], "with_contrast")
    try:
        for name in ("calibration", "study"):
            mapping(own.get(name), name)  # neither may be left to its default here
        return _meaning(own)
    except EntryError as error:
        raise EntryError(f"with_contrast: {error}") from error


def _regions(entry: Mapping[str, Any], roles: tuple[Role, ...]) -> RegionTerms | None:
    regions = read_region_terms(entry)
    if regions and not {Role.DETECTION, Role.SEGMENTATION} <= set(roles):
        raise EntryError(tr("regions needs the roles detection and segmentation"))
    return regions


def _in_scan(entry: Mapping[str, Any], roles: tuple[Role, ...]) -> InScan | None:
    if "in_scan" not in entry:
        return None
    if not {Role.DETECTION, Role.SEGMENTATION} <= set(roles):
        raise EntryError(tr("in_scan needs the roles detection and segmentation"))
    own = mapping(entry["in_scan"], "in_scan")
    try:
        return InScan(_network(own), _terms(own))
    except EntryError as error:
        raise EntryError(tr("in_scan: {error}", error=error)) from error


def _roles(entry: Mapping[str, Any]) -> tuple[Role, ...]:
    listed = entry.get("roles")
    if not isinstance(listed, list) or not listed:
        raise EntryError(tr("roles must list at least one role"))
    try:
        return tuple(Role(role) for role in listed)
    except ValueError as error:
        known = ", ".join(Role)
        raise EntryError(
            tr("roles: {error}; the program knows {known}", error=error, known=known)
        ) from error


def _file_name(entry: Mapping[str, Any]) -> str:
    name = text(entry, "file")
    if Path(name).name != name or "\\" in name or ":" in name:
        raise EntryError(
            tr("file {name!r} must be a plain file name beside the manifest", name=name)
        )
    return name


def _sha256(entry: Mapping[str, Any]) -> str:
    digest = text(entry, "sha256").lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise EntryError(tr("sha256 is not 64 hexadecimal digits"))
    return digest
