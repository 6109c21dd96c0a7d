"""Comparing with a prior series of the same patient."""

from pathlib import Path
from typing import TYPE_CHECKING

from ichviewer.errors import GeometryError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

if TYPE_CHECKING:
    from ichviewer.comparison.alignment import Alignment
    from ichviewer.comparison.change import Comparison
    from ichviewer.comparison.time_point import TimePoint


def compare(
    prior: "TimePoint",
    current: "TimePoint",
    alignment: "Alignment | None" = None,
    *,
    progress: Progress = silent,
) -> "Comparison":
    """What has changed since a prior series; aligned anew unless an alignment is given."""
    from ichviewer.comparison.compare import compare as compare_time_points

    return compare_time_points(prior, current, progress, alignment)


def save_aligned(
    prior: Volume,
    current: Volume,
    alignment: "Alignment",
    file: Path,
    *,
    progress: Progress = silent,
) -> tuple[str, ...]:
    """Write the prior series as NIfTI on the current one's slices; returns what to know of it."""
    from ichviewer.comparison.resample import even_grid, on_grid
    from ichviewer.imaging.itk import write_nifti

    if not alignment.is_usable:
        raise GeometryError(
            tr("{name} was not written. {why}", name=file.name, why=alignment.sentence())
        )
    resampled = on_grid(prior, alignment.motion, even_grid(current.grid), progress)
    write_nifti(resampled, file)
    return tuple(note for note in resampled.notes if note not in prior.notes)
