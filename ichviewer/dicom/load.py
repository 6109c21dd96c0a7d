"""One series to one Volume: every slice decoded straight into its place.

Nothing is stacked in between and nothing is resampled. A slice that cannot be decoded is left
out; the positions of the others stay what they are, and a note says what is missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from ichviewer.dicom.frames import FrameReader
from ichviewer.dicom.geometry import Stack, arrange
from ichviewer.dicom.image import Image
from ichviewer.dicom.layout import layout_problem
from ichviewer.dicom.parse import images_of
from ichviewer.dicom.part10 import NotPart10
from ichviewer.dicom.pixels import Values, stored_values
from ichviewer.dicom.series import image_notes
from ichviewer.dicom.source import NO_FILES, Source, Sources
from ichviewer.dicom.study import Instance, Series
from ichviewer.dicom.walk import DamagedFile
from ichviewer.errors import GeometryError, UnsupportedPixelsError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, opening, silent

#: Share of the free memory that one volume may take.
MEMORY_SHARE = 0.5


class _Voxels:
    """The array that a series is decoded into: int16 until a slice needs more."""

    def __init__(self, shape_kji: tuple[int, int, int]) -> None:
        self.hu: NDArray[Any] = np.empty(shape_kji, dtype=np.int16)
        self.padding: NDArray[np.bool_] | None = None

    def put(self, k: int, values: Values, rescale: tuple[float, float]) -> None:
        slope, intercept = rescale
        if self.hu.dtype == np.int16 and slope == int(slope) and intercept == int(intercept):
            if rescale != (1.0, 0.0) or values.dtype != np.int16:
                values = values.astype(np.int64) * int(slope) + int(intercept)
            if values.dtype == np.int16 or -32768 <= values.min() <= values.max() <= 32767:
                self.hu[k] = values
                return
            rescale = (1.0, 0.0)
        if self.hu.dtype == np.int16:
            self.hu = self.hu.astype(np.float32)
        self.hu[k] = values.astype(np.float64) * rescale[0] + rescale[1]

    def pad(self, k: int, padding: NDArray[np.bool_] | None) -> None:
        if padding is None or not padding.any():
            return
        if self.padding is None:
            self.padding = np.zeros(self.hu.shape, dtype=np.bool_)
        self.padding[k] = padding

    def keep(self, order: Sequence[int]) -> None:
        """Leave only these slices, in this order."""
        if list(order) == list(range(self.hu.shape[0])):
            return
        self.hu = np.ascontiguousarray(self.hu[list(order)])
        if self.padding is not None:
            self.padding = np.ascontiguousarray(self.padding[list(order)])


def load_volume(
    series: Series,
    progress: Progress = silent,
    budget_bytes: int | None = None,
    excluded: Mapping[Path, str] = NO_FILES,
) -> Volume:
    """The voxels of a series in HU, on the grid of its slices' own positions.

    Parameters
    ----------
    series
        From a scan; its files are read again.
    progress
        Called once per slice.
    budget_bytes
        Memory that the voxels may take; half of what is free where not given.
    excluded
        Files that must not be opened, each with the words that say why ("took longer ...").

    Returns
    -------
    int16 HU where every slice's rescale is integral, float32 otherwise; stored values where the
    series has no rescale.

    Raises
    ------
    UnsupportedPixelsError
        No slice can be decoded, or the series is too large for the memory.
    GeometryError
        The series holds no images.
    """
    count = len(series.instances)
    if not count:
        raise GeometryError(
            tr("Series {description!r} holds no images.", description=series.description)
        )
    _check_budget(series, budget_bytes)
    voxels = _Voxels((count, series.rows, series.columns))
    images: dict[int, Image] = {}
    left_out: list[str] = []
    for done, (k, loaded) in enumerate(_loaded(series, voxels, progress, excluded)):
        progress(done, count, tr("Reading slices"))
        if isinstance(loaded, Image):
            images[k] = loaded
        else:
            left_out.append(
                tr("Left out: {name} {problem}.", name=series.instances[k].name, problem=loaded)
            )
    if not images:
        raise UnsupportedPixelsError(
            tr("No image of this series can be opened. {reason}", reason=left_out[0])
        )
    progress(count, count, tr("Reading slices"))
    left_out += _drop_unscaled(series, images)
    return _volume(series, voxels, images, left_out)


def _check_budget(series: Series, budget_bytes: int | None) -> None:
    if budget_bytes is None:
        budget_bytes = int(psutil.virtual_memory().available * MEMORY_SHARE)
    # int16 voxels and the mask of their padding.
    needed = len(series.instances) * series.rows * series.columns * 3
    if needed > budget_bytes:
        raise UnsupportedPixelsError(
            tr(
                "Series {description!r} needs {needed_gib:.1f} GiB of memory; "
                "{budget_gib:.1f} GiB may be used. Close other programs or series.",
                description=series.description,
                needed_gib=needed / 2**30,
                budget_gib=budget_bytes / 2**30,
            )
        )


def _loaded(
    series: Series, voxels: _Voxels, progress: Progress, excluded: Mapping[Path, str]
) -> Iterator[tuple[int, Image | str]]:
    """Decode all slices; gives the index and the image, or why there is none."""
    with Sources() as sources:
        for source, indices in _by_file(series).items():
            location = source.location
            if location in excluded:
                yield from ((k, excluded[location]) for k in indices)
                continue
            opening(progress, location)
            left = list(indices)
            try:
                with sources.open(source, whole=True) as (file, size):
                    reader = FrameReader(file, size)
                    found = images_of(reader.header, Instance(source.path, member=source.member))
                    by_frame = {image.instance.frame: image for image in found}
                    while left:
                        opening(progress, location)
                        image = by_frame.get(series.instances[left[0]].frame)
                        yield left[0], _load_slice(reader, image, voxels, left[0])
                        left.pop(0)
            except (DamagedFile, NotPart10) as error:
                yield from ((k, str(error)) for k in left)
            except OSError as error:
                yield from (
                    (k, tr("cannot be read ({reason})", reason=error.strerror)) for k in left
                )


def _by_file(series: Series) -> dict[Source, list[int]]:
    files: dict[Source, list[int]] = {}
    for k, instance in enumerate(series.instances):
        files.setdefault(Source(instance.path, instance.member), []).append(k)
    return files


def _load_slice(reader: FrameReader, image: Image | None, voxels: _Voxels, k: int) -> Image | str:
    if image is None or (image.layout.rows, image.layout.columns) != voxels.hu.shape[1:]:
        return tr("has changed since the folder was read")
    problem = layout_problem(image.layout, reader.header.pixels)
    if problem:
        return problem
    try:
        data, compressed = reader.frame(image.layout, image.instance.frame)
        values, padding = stored_values(data, compressed, image.layout)
    except (DamagedFile, UnsupportedPixelsError) as error:
        return str(error)
    voxels.put(k, values, image.rescale or (1.0, 0.0))
    voxels.pad(k, padding)
    return image


def _drop_unscaled(series: Series, images: dict[int, Image]) -> list[str]:
    """Leave out slices without rescale where others have one: HU and raw values never mix."""
    unscaled = [k for k, image in images.items() if image.rescale is None]
    if len(unscaled) == len(images):
        return []
    return [
        tr(
            "Left out: {name}: {problem}",
            name=series.instances[k].name,
            problem=images.pop(k).rescale_problem,
        )
        for k in unscaled
    ]


def _volume(
    series: Series, voxels: _Voxels, images: dict[int, Image], left_out: list[str]
) -> Volume:
    conflict = series.conflict
    stack = arrange(list(images.values()), conflict=conflict)
    index = {id(image): k for k, image in images.items()}
    voxels.keep([index[id(image)] for image in stack.images])
    first = stack.images[0]
    notes = [*left_out, *series.warnings, *stack.notes, *image_notes(stack.images)]
    return Volume(
        voxels.hu,
        stack.grid or _flat_grid(stack),
        series_uid=first.series_uid,
        frame_of_reference_uid=first.frame_of_reference_uid,
        description=series.description,
        is_hu=first.rescale is not None,
        is_inverted=first.layout.photometric == "MONOCHROME1",
        windows=first.windows,
        notes=tuple(dict.fromkeys(notes)),
        padding=voxels.padding,
        lossy=", ".join(sorted({image.lossy for image in stack.images if image.lossy})),
    )


def _flat_grid(stack: Stack) -> Grid:
    """A grid for images without geometry: index = mm, so that pixels stay square on screen."""
    first = stack.images[0]
    count = len(stack.images)
    spacing = first.placement.spacing_mm or (1.0, 1.0)
    return Grid(
        (count, first.layout.rows, first.layout.columns),
        np.arange(count)[:, None] * np.array([0.0, 0.0, 1.0]),
        column_step_lps_mm=np.array([spacing[1], 0.0, 0.0]),
        row_step_lps_mm=np.array([0.0, spacing[0], 0.0]),
        geometry=GeometryClass.NO_GEOMETRY,
    )
