"""Analysis of the demo study by stage, with peak memory: ``python -m benchmarks.analysis``."""

import resource
import time

from ichviewer import paths, workflow


def main() -> None:
    """Print seconds by stage and the peak memory of this process."""
    series = workflow.best_series(workflow.open_folder(paths.demo_study_folder()))
    volume = workflow.open_series(series)
    start = time.perf_counter()
    findings = workflow.analyze(series, volume)
    total_s = time.perf_counter() - start
    workflow.find_similar(findings)
    similar_s = time.perf_counter() - start - total_s
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"demo study, {volume.shape_kji[0]} slices, {findings.models[0].device}")
    for stage, seconds in findings.seconds.items():
        print(f"  {stage:24}{seconds:8.2f} s")
    print(f"  {'analysis in all':24}{total_s:8.2f} s")
    print(f"  {'similar cases':24}{similar_s:8.2f} s")
    print(f"  peak memory {peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
