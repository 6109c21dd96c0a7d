"""A row of the table opened: its voxels, true labels and mask, and what must be said of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.analysis.gate import Header
from ichviewer.errors import GeometryError, TableError
from ichviewer.evaluation.table import Row, is_picture
from ichviewer.imaging.nifti import is_nifti, read_nifti, read_nifti_mask
from ichviewer.imaging.picture import read_picture, read_picture_labels
from ichviewer.imaging.volume import Volume
from ichviewer.language import figure, tr, tr_later
from ichviewer.progress import Progress, opening

#: Opens DICOM: the series of a folder or file most worth reading, and what its header says.
OpenDicom = Callable[[Path, Progress], tuple[Volume, Header]]

_LABEL_WORDS = ", ".join(["0 none", *(f"{kind.value} {kind.word}" for kind in HemorrhageType)])
_KINDS = np.arange(len(PROBABILITY_COLUMNS))


@dataclass(frozen=True, eq=False)
class Image:
    """One row opened.

    Parameters
    ----------
    volume, header
        What the models are given.
    truth
        (K, J, I) uint8 true labels on the Volume's grid, or None without a mask.
    labels
        (6,) 1, 0, or NaN where unknown, for the whole image; by `PROBABILITY_COLUMNS`.
    slice_labels
        (K, 6) the same for every slice, from the mask, or from the row where there is one slice.
    notes
        Sentences that a reader must not miss.
    """

    volume: Volume
    header: Header
    truth: NDArray[np.uint8] | None
    labels: NDArray[np.float64]
    slice_labels: NDArray[np.float64] | None
    notes: tuple[str, ...]

    @property
    def is_single(self) -> bool:
        """Whether it is a slice without neighbours."""
        return self.volume.shape_kji[0] == 1


def open_row(row: Row, open_dicom: OpenDicom, progress: Progress) -> Image:
    """Open the image and the mask of a row.

    Raises
    ------
    IchViewerError
        One of them cannot be used; the sentence says which and why.
    """
    opening(progress, row.image)
    if row.scale is not None and row.spacing_mm is not None:
        volume, header = read_picture(row.image, row.scale, row.spacing_mm), Header()
    elif is_nifti(row.image):
        volume, header = read_nifti(row.image), Header()
    else:
        volume, header = open_dicom(row.image, progress)
    truth = None
    if row.mask is not None:
        opening(progress, row.mask)
        truth = _read_mask(row.mask, row.image, volume)
    stated = np.array([np.nan if label is None else label for label in row.labels], np.float64)
    drawn = None if truth is None else present(truth)
    labels = stated if drawn is None else np.where(np.isnan(stated), drawn.max(axis=0), stated)
    if volume.shape_kji[0] == 1:
        slice_labels: NDArray[np.float64] | None = labels[None]
    else:
        slice_labels = drawn
    notes = (*volume.notes, *_contradictions(stated, drawn))
    return Image(volume, header, truth, labels, slice_labels, notes)


def present(mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(K, 6) 1 where a slice holds any voxel of a column, else 0."""
    slices = np.arange(len(mask))[:, None, None] * len(_KINDS)
    counts = np.bincount((slices + mask).ravel(), minlength=len(mask) * len(_KINDS))
    shown = counts.reshape(len(mask), -1) > 0
    shown[:, 0] = shown[:, 1:].any(axis=1)
    return shown.astype(np.float64)


def _read_mask(path: Path, image: Path, volume: Volume) -> NDArray[np.uint8]:
    values: NDArray[Any]
    if is_picture(path):
        if volume.shape_kji[0] != 1 or is_nifti(image):
            raise GeometryError(
                tr(
                    "the PNG mask {name} does not say how it lies on this image; give a NIfTI "
                    "mask.",
                    name=path.name,
                )
            )
        values = read_picture_labels(path)[None]
        if values.shape != volume.shape_kji:
            sizes = [f"{rows} × {columns}" for _, rows, columns in (values.shape, volume.shape_kji)]
            raise GeometryError(
                tr(
                    "the mask {name} has {mask} pixels, the image {image}.",
                    name=path.name,
                    mask=sizes[0],
                    image=sizes[1],
                )
            )
    elif not is_nifti(path):
        raise TableError(
            tr("the mask {name} is neither PNG nor NIfTI (.nii, .nii.gz).", name=path.name)
        )
    elif is_picture(image):
        raise GeometryError(
            tr("a picture has no position for the NIfTI mask {name}; use PNG.", name=path.name)
        )
    else:
        values = read_nifti_mask(path, volume.grid)
    unknown = np.setdiff1d(np.unique(values), _KINDS)
    if unknown.size:
        shown = ", ".join(figure(value, "g") for value in unknown[:5])
        raise TableError(
            tr(
                "the mask {name} holds unknown labels ({shown}); it may hold {labels}.",
                name=path.name,
                shown=shown,
                labels=_LABEL_WORDS,
            )
        )
    return np.asarray(values, dtype=np.uint8)


def _contradictions(
    stated: NDArray[np.float64], drawn: NDArray[np.float64] | None
) -> Iterator[str]:
    if drawn is None:
        return
    for name, said, marked in zip(PROBABILITY_COLUMNS, stated, drawn.max(axis=0), strict=True):
        if not np.isnan(said) and said != marked:
            if marked:
                sentence = tr_later(
                    "The table says {type} {said:.0f}, but the mask marks such blood."
                )
            else:
                sentence = tr_later(
                    "The table says {type} {said:.0f}, but the mask marks no such blood."
                )
            yield tr(sentence, type=tr(name), said=said)
