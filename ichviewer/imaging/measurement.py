"""What a reader has drawn: kinds of measurement, their handles, and both as plain JSON values.

A measurement is a frozen value: moving a handle makes another one, so that it can be stored in a
journal and undone. Handles are patient positions; what is measured follows from them, from the
voxels, and from nothing that depends on the screen.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ichviewer.errors import MeasurementError
from ichviewer.imaging.plane import Axis
from ichviewer.language import tr, tr_later

Point = tuple[float, float, float]
#: How the fixed voxel index of a cut is called in files.
_CUT_WORDS = {Axis.K: "k", Axis.J: "j", Axis.I: "i"}
#: More handles than any outline needs; a longer list is no measurement but a damaged file.
MOST_HANDLES = 1000


class Kind(StrEnum):
    """What is measured; the value is the word in files, `tr` says the word on screen."""

    LENGTH = tr_later("length")
    ANGLE = tr_later("angle")
    COBB = tr_later("cobb angle")
    ELLIPSE = tr_later("ellipse")
    RECTANGLE = tr_later("rectangle")
    POLYGON = tr_later("polygon")
    FREEHAND = tr_later("freehand")
    ABC2 = tr_later("abc/2")
    MIDLINE = tr_later("midline shift")
    THICKNESS = tr_later("collection thickness")

    @property
    def is_region(self) -> bool:
        """Whether it encloses voxels."""
        return self in _REGIONS

    @property
    def handle_count(self) -> int:
        """Number of handles; 0 where the reader decides, at least three."""
        return _HANDLE_COUNTS[self]

    @property
    def is_free(self) -> bool:
        """Whether its handles may lie on different slices."""
        return self in (Kind.LENGTH, Kind.ABC2)


_REGIONS = (Kind.ELLIPSE, Kind.RECTANGLE, Kind.POLYGON, Kind.FREEHAND)
_HANDLE_COUNTS = {
    Kind.LENGTH: 2,
    Kind.ANGLE: 3,
    Kind.COBB: 4,
    Kind.ELLIPSE: 2,
    Kind.RECTANGLE: 2,
    Kind.POLYGON: 0,
    Kind.FREEHAND: 0,
    Kind.ABC2: 6,
    Kind.MIDLINE: 3,
    Kind.THICKNESS: 4,
}


@dataclass(frozen=True)
class Handle:
    """One point of a measurement.

    Parameters
    ----------
    lps_mm
        Where it is in the patient.
    axis
        The voxel index that the cut keeps fixed on which it was put.
    """

    lps_mm: Point
    axis: Axis = Axis.K


@dataclass(frozen=True)
class Measurement:
    """One measurement as drawn.

    Parameters
    ----------
    uid
        Identifies it within a reading.
    kind
        What is measured.
    handles
        Length: both ends. Angle: an arm's end, the vertex, the other arm's end. Cobb angle: both
        ends of one line, then of the other. Ellipse and rectangle: two opposite corners of the
        box along the cut's rows and columns. Polygon and freehand: the corners in order. ABC/2:
        both ends of A, of B, of C. Midline shift: both ends of the midline, then the displaced
        structure. Collection thickness: three points along the inner skull, then the inner
        border of the collection.
    series_key, series_uid
        The series it was drawn on.
    name
        What the reader calls it.
    """

    uid: str
    kind: Kind
    handles: tuple[Handle, ...]
    series_key: str = ""
    series_uid: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        wanted = self.kind.handle_count
        found = len(self.handles)
        if found != wanted if wanted else not 3 <= found <= MOST_HANDLES:
            expected = str(wanted) if wanted else tr("3 to {most}", most=MOST_HANDLES)
            raise MeasurementError(
                tr(
                    "A measurement of the kind {kind} needs {expected} points, not {found}.",
                    kind=tr(self.kind),
                    expected=expected,
                    found=found,
                )
            )
        if not all(math.isfinite(v) for handle in self.handles for v in handle.lps_mm):
            which = f"{tr(self.kind)} {self.name or self.uid}"
            raise MeasurementError(tr("A point of the {which} is no finite position.", which=which))

    def with_handle(self, index: int, handle: Handle) -> "Measurement":
        """The same with one handle elsewhere."""
        handles = list(self.handles)
        handles[index] = handle
        return replace(self, handles=tuple(handles))

    def moved(self, by_mm: Point) -> "Measurement":
        """The same with all handles moved in the patient."""
        handles = (replace(handle, lps_mm=_sum(handle.lps_mm, by_mm)) for handle in self.handles)
        return replace(self, handles=tuple(handles))


def to_plain(measurement: Measurement) -> dict[str, Any]:
    """A measurement as values that JSON knows."""
    return {
        "uid": measurement.uid,
        "kind": str(measurement.kind),
        "name": measurement.name,
        "series_key": measurement.series_key,
        "series_uid": measurement.series_uid,
        "handles": [
            {"lps_mm": list(handle.lps_mm), "cut": _CUT_WORDS[handle.axis]}
            for handle in measurement.handles
        ],
    }


def from_plain(plain: Mapping[str, Any]) -> Measurement:
    """The inverse of `to_plain`; entries it does not know are ignored.

    Raises
    ------
    MeasurementError
        The values describe no measurement; the sentence says which part is wrong.
    """
    if not isinstance(plain, Mapping):
        raise MeasurementError(tr("A measurement must be an object with a kind and handles."))
    kind = plain.get("kind")
    if kind not in list(Kind):
        raise MeasurementError(tr("There is no kind of measurement {kind!r}.", kind=kind))
    handles = plain.get("handles")
    if not isinstance(handles, list):
        raise MeasurementError(tr("The {kind} has no list of handles.", kind=tr(kind)))
    return Measurement(
        uid=_text(plain, "uid"),
        kind=Kind(kind),
        handles=tuple(_handle(entry, kind) for entry in handles),
        series_key=_text(plain, "series_key"),
        series_uid=_text(plain, "series_uid"),
        name=_text(plain, "name"),
    )


def _handle(entry: Any, kind: str) -> Handle:
    words = {word: axis for axis, word in _CUT_WORDS.items()}
    try:
        x, y, z = (float(v) for v in entry["lps_mm"])
        return Handle((x, y, z), words[entry["cut"]])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise MeasurementError(
            tr(
                "A handle of the {kind} is no point: it needs lps_mm with three numbers, "
                "and the cut k, j or i.",
                kind=tr(kind),
            )
        ) from error


def _text(plain: Mapping[str, Any], name: str) -> str:
    value = plain.get(name, "")
    if not isinstance(value, str):
        raise MeasurementError(
            tr("The {name} of a measurement must be text, not {value!r}.", name=name, value=value)
        )
    return value


def _sum(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
