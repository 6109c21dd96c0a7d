"""The commands on findings: what the models say about a series, and the cases most like it."""

import argparse

from ichviewer import workflow
from ichviewer.cli.output import check_writable, exit_code, json_text, print_json, series_title
from ichviewer.cli.steps import read_findings, step
from ichviewer.language import figure, tr
from ichviewer.report import summary, table
from ichviewer.worker import Worker


def analyze(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.mask):
        check_writable(file)
    scan, series, volume, findings = read_findings(options, worker, options.operating_point)
    print(series_title(series))
    print(table.findings_text(findings))
    stages = ", ".join(
        f"{tr(stage)} {figure(seconds, '.2f')}" for stage, seconds in findings.seconds.items()
    )
    print(
        tr(
            "Seconds: {stages}; in all {seconds:.2f}.",
            stages=stages,
            seconds=sum(findings.seconds.values()),
        )
    )
    print(tr("Peak memory: {mebibytes:.0f} MiB.", mebibytes=worker.peak_memory_bytes / 2**20))
    if options.mask:
        for note in step(worker, workflow.save_mask, findings, volume, options.mask):
            print(note)
    if options.json:
        described = summary.describe_findings(findings) | {
            "series": series.key,
            "volume_notes": list(volume.notes),
            "peak_memory_mib": round(worker.peak_memory_bytes / 2**20),
        }
        options.json.write_text(json_text(described) + "\n", encoding="utf-8")
    return exit_code(scan)


def similar(options: argparse.Namespace, worker: Worker) -> int:
    scan, series, _, findings = read_findings(options, worker)
    matches = step(worker, workflow.find_similar, findings, "soft", options.library)
    if options.json:
        print_json({"series": series.key, **summary.describe_matches(matches)})
    else:
        print(series_title(series))
        print(table.matches_text(matches))
    return exit_code(scan)
