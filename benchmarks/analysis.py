"""Analysis by stage, with peak memory: ``python -m benchmarks.analysis``.

The demo study as it is, and the same head in 40 and in 300 slices, each in a process of its own.
"""

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from ichviewer import paths, workflow
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume

SLICES = (None, 40, 300)


def in_slices(volume: Volume, count: int) -> Volume:
    """The same head cut into another number of slices, linearly between those there are."""
    grid = volume.grid
    positions = grid.slice_positions_lps_mm
    at = np.linspace(0, len(positions) - 1, count)
    below = np.minimum(at.astype(int), len(positions) - 2)
    part = (at - below)[:, None, None]
    hu = volume.hu[below] * (1 - part) + volume.hu[below + 1] * part
    between = positions[below] * (1 - part[:, 0]) + positions[below + 1] * part[:, 0]
    steps = grid.column_step_lps_mm, grid.row_step_lps_mm
    shape = (count, *grid.shape_kji[1:])
    cut = Grid(shape, between, *steps, grid.geometry)
    return Volume(np.rint(hu).astype(np.int16), cut, volume.series_uid)


def report(slices: int | None) -> str:
    """Seconds by stage and the peak memory of this process."""
    series = workflow.best_series(workflow.open_folder(paths.demo_study_folder()))
    volume = workflow.open_series(series)
    if slices:
        volume = in_slices(volume, slices)
    start = time.perf_counter()
    findings = workflow.analyze(series, volume)
    total_s = time.perf_counter() - start
    workflow.find_similar(findings)
    similar_s = time.perf_counter() - start - total_s
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [f"{len(volume.hu)} slices, {findings.models[0].device}, {findings.gate.answer.value}"]
    between_s = total_s - sum(findings.seconds.values())
    stages = {
        **findings.seconds,
        "libraries and the rest": between_s,
        "analysis in all": total_s,
        "similar cases": similar_s,
    }
    lines += [f"  {stage:24}{seconds:8.2f} s" for stage, seconds in stages.items()]
    return "\n".join([*lines, f"  peak memory {peak_mib:.0f} MiB"])


def main() -> None:
    """Print a report for each number of slices."""
    for slices in SLICES:
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            print(fresh.submit(report, slices).result(), flush=True)


if __name__ == "__main__":
    main()
