"""Opening: files → studies → the voxels of a series."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ichviewer.dicom.study import Permission, ScanResult, Series
from ichviewer.errors import NotDicomError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, opening, silent, so_far
from ichviewer.worker import guarded

#: What `excluded` is at first: nothing is left out.
NO_FILES: Mapping[Path, str] = MappingProxyType({})


@guarded(leaves_out_files=True)
def open_folder(
    folder: Path, *, excluded: Mapping[Path, str] = NO_FILES, progress: Progress = silent
) -> ScanResult:
    """What a folder, file or ZIP archive holds; the studies are shown so far as they are found."""
    from ichviewer.dicom.scan import scan_folder

    return scan_folder(folder, progress, excluded, on_studies=partial(so_far, progress))


@guarded(leaves_out_files=True)
def open_paths(
    paths: Sequence[Path],
    *,
    excluded: Mapping[Path, str] = NO_FILES,
    progress: Progress = silent,
) -> ScanResult:
    """What several folders, files and ZIP archives hold together."""
    from ichviewer.dicom.scan import scan_paths

    return scan_paths(paths, progress, excluded, on_studies=partial(so_far, progress))


def open_pictures(
    paths: Sequence[Path],
    grey: GreyScale,
    spacing_mm: tuple[float, float],
    *,
    progress: Progress = silent,
) -> ScanResult:
    """PNG or JPEG pictures of single slices as studies; nothing but pixels is known of them."""
    from ichviewer.dicom.picture import scan_pictures

    return scan_pictures(paths, grey, spacing_mm, progress)


def missing_places(places: Sequence[Path], *, progress: Progress = silent) -> frozenset[Path]:
    """Which of these files and folders are not there; a lost network drive may take its time."""
    return frozenset(place for place in places if not place.exists())


def best_series(scan: ScanResult, key: str = "") -> Series:
    """The series with this key (or its beginning); without one, the series most worth reading.

    Raises
    ------
    NotDicomError
        No or more than one series has this key, or none can be shown.
    """
    if key:
        named = [series for series in scan.series if series.key.startswith(key)]
        if len(named) == 1:
            return named[0]
        known = ", ".join(series.key[:8] for series in scan.series)
        if named:
            sentence = tr(
                "More than one series has the key {key}. There are: {known}.", key=key, known=known
            )
        else:
            sentence = tr("No series has the key {key}. There are: {known}.", key=key, known=known)
        raise NotDicomError(sentence)
    readable = by_worth(scan)
    if not readable:
        raise NotDicomError(tr("No series in {folder} can be shown.", folder=scan.folder))
    return readable[0]


def by_worth(scan: ScanResult) -> list[Series]:
    """The series that can be shown: fit for most uses first, among those the most images."""
    readable = [series for series in scan.series if series.permits(Permission.VIEW)]
    return sorted(
        readable,
        key=lambda series: (sum(map(series.permits, Permission)), len(series.instances)),
        reverse=True,
    )


@guarded(leaves_out_files=True)
def open_series(
    series: Series, *, excluded: Mapping[Path, str] = NO_FILES, progress: Progress = silent
) -> Volume:
    """The voxels of a series, or of a picture."""
    from ichviewer.dicom.load import load_volume
    from ichviewer.imaging.picture import read_picture

    if series.grey is not None:
        _, row_mm, column_mm = series.spacing_mm
        opening(progress, series.instances[0].path)
        return read_picture(series.instances[0].path, series.grey, (row_mm, column_mm))
    return load_volume(series, progress, excluded=excluded)


@guarded(leaves_out_files=True)
def small_picture(
    series: Series, *, excluded: Mapping[Path, str] = NO_FILES, progress: Progress = silent
) -> bytes:
    """PNG of the middle image of a series, for the list; only that one image is read."""
    from ichviewer.library.thumbnail import thumbnail_png

    middle = series.instances[len(series.instances) // 2]
    volume = open_series(replace(series, instances=(middle,)), excluded=excluded, progress=progress)
    return thumbnail_png(volume, np.zeros(volume.shape_kji, np.uint8), 0, {})
