"""Measuring: what measurements come to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import Findings
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

if TYPE_CHECKING:
    from ichviewer.imaging.measure import Segmented
    from ichviewer.imaging.measurement import Measurement
    from ichviewer.report.measurements import Entry


def segmented_lesion(
    measurement: "Measurement",
    mask: NDArray[np.uint8],
    grid: Grid,
    *,
    progress: Progress = silent,
) -> "Segmented | None":
    """The segmented lesion that an ABC/2 was drawn on, or None."""
    from ichviewer.analysis.lesion_at import lesion_at

    return lesion_at(measurement, mask, grid)


def measure(
    measurements: "Sequence[Measurement]",
    volume: Volume,
    findings: Findings | None = None,
    *,
    progress: Progress = silent,
) -> "tuple[Entry, ...]":
    """What measurements come to; with findings, ABC/2 beside what was segmented."""
    from ichviewer.imaging.measurement import Kind
    from ichviewer.report.measurements import entry_of

    entries = []
    for done, drawn in enumerate(measurements):
        progress(done, len(measurements), tr("Measuring"))
        segmented = None
        if findings is not None and drawn.kind is Kind.ABC2:
            segmented = segmented_lesion(drawn, findings.mask, volume.grid)
        entries.append(entry_of(drawn, volume, segmented))
    return tuple(entries)
