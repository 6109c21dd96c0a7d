"""Pictures of single slices as studies, so that the list treats them like all others."""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

from ichviewer.dicom.study import Instance, Permission, ScanResult, Series, Skipped, Study
from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.picture import read_picture
from ichviewer.language import tr, tr_later
from ichviewer.progress import Progress, opening, silent


def scan_pictures(
    paths: Sequence[Path],
    grey: GreyScale,
    spacing_mm: tuple[float, float],
    progress: Progress = silent,
) -> ScanResult:
    """One study for each PNG or JPEG picture.

    Parameters
    ----------
    paths
        The pictures.
    grey
        HU of black and white.
    spacing_mm
        Distance of rows, distance of columns.
    progress
        Called once per picture.

    Raises
    ------
    UnsupportedPixelsError
        None of them can be read.
    """
    studies, skipped = [], []
    for done, path in enumerate(paths):
        progress(done, len(paths), tr("Reading pictures"))
        opening(progress, path)
        try:
            studies.append(_study(path, grey, spacing_mm))
        except UnsupportedPixelsError as error:
            skipped.append(Skipped(path, tr_later("not a grey picture"), str(error)))
    if not studies:
        raise UnsupportedPixelsError(skipped[0].sentence)
    counts = {skipped[0].reason: len(skipped)} if skipped else {}
    return ScanResult(paths[0], tuple(studies), tuple(skipped), counts, len(paths))


def _study(path: Path, grey: GreyScale, spacing_mm: tuple[float, float]) -> Study:
    rows, columns = read_picture(path, grey, spacing_mm).shape_kji[1:]
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    named = f"picture {content} {grey.hu_low} {grey.hu_high} {spacing_mm}"
    series = Series(
        hashlib.sha256(named.encode()).hexdigest()[:32],
        "",
        "",
        "CT",
        path.name,
        None,
        (Instance(path.absolute()),),
        rows,
        columns,
        GeometryClass.SINGLE,
        (math.nan, *spacing_mm),
        math.nan,
        (math.nan, math.nan),
        refusals={
            Permission.MPR: tr("There is only one slice."),
            Permission.VOLUMETRY: tr("One slice alone has no known thickness in space."),
        },
        grey=grey,
    )
    said = tr("picture without geometry")
    return Study("", "", "", "", "", "", "", said, (series,))
