"""The commands: each runs steps of the workflow in the worker, prints, and gives an exit code."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from ichviewer import paths, workflow
from ichviewer.analysis.findings import Findings
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.cli.codes import OK, SOME_SKIPPED, TROUBLE
from ichviewer.comparison.time_point import TimePoint
from ichviewer.dicom.study import Permission, ScanResult, Series
from ichviewer.errors import IchViewerError
from ichviewer.imaging.grey_scale import GreyScale, is_picture
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, trn
from ichviewer.report import changes, measurements, summary, table
from ichviewer.selftest import selftest as run_checks
from ichviewer.settings import read_settings
from ichviewer.worker import Worker


def scan(options: argparse.Namespace, worker: Worker) -> int:
    scan = _step(worker, workflow.open_folder, options.folder)
    if options.json or options.positions:
        _print_json(_step(worker, workflow.describe_folder, scan, options.positions))
    else:
        print(table.scan_text(scan))
    return _code(scan)


def analyze(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.mask):
        _check_writable(file)
    scan, series, volume, findings = _read(options, worker, options.operating_point)
    print(_title(series))
    print(table.findings_text(findings))
    stages = ", ".join(f"{tr(stage)} {seconds:.2f}" for stage, seconds in findings.seconds.items())
    print(
        tr(
            "Seconds: {stages}; in all {seconds:.2f}.",
            stages=stages,
            seconds=sum(findings.seconds.values()),
        )
    )
    print(tr("Peak memory: {mebibytes:.0f} MiB.", mebibytes=worker.peak_memory_bytes / 2**20))
    if options.mask:
        for note in _step(worker, workflow.save_mask, findings, volume, options.mask):
            print(note)
    if options.json:
        described = summary.describe_findings(findings) | {
            "series": series.key,
            "volume_notes": list(volume.notes),
            "peak_memory_mib": round(worker.peak_memory_bytes / 2**20),
        }
        options.json.write_text(_json(described) + "\n", encoding="utf-8")
    return _code(scan)


def similar(options: argparse.Namespace, worker: Worker) -> int:
    scan, series, _, findings = _read(options, worker)
    matches = _step(worker, workflow.find_similar, findings, "soft", options.library)
    if options.json:
        _print_json({"series": series.key, **summary.describe_matches(matches)})
    else:
        print(_title(series))
        print(table.matches_text(matches))
    return _code(scan)


def convert(options: argparse.Namespace, worker: Worker) -> int:
    _check_writable(options.file)
    scan = _step(worker, workflow.open_folder, options.folder)
    series = workflow.best_series(scan, options.series)
    volume = _step(worker, workflow.open_series, series)
    print(_title(series))
    for note in _step(worker, workflow.save_volume, volume, options.file):
        print(note)
    return _code(scan)


def measure(options: argparse.Namespace, worker: Worker) -> int:
    """Measurements of one series after the other; those of other series are named."""
    _check_writable(options.json)
    left = measurements.from_json(_read_text(options.saved), options.saved.name)
    scan = _step(worker, workflow.open_folder, options.folder)
    entries: list[measurements.Entry] = []
    for series in workflow.by_worth(scan):
        drawn = [one for one in left if measurements.is_on(one, series.key, series.series_uid)]
        if drawn:
            left = tuple(one for one in left if one not in drawn)
            volume = _step(worker, workflow.open_series, series)
            reads = options.ai and series.permits(Permission.AI)
            findings = (
                _step(worker, workflow.analyze, series, volume, _device(options)) if reads else None
            )
            found = _step(worker, workflow.measure, drawn, volume, findings)
            print(_title(series))
            print(measurements.measurements_text(found))
            entries += found
    for one in left:
        say(
            tr(
                "{name}: {folder} does not hold the series it was drawn on.",
                name=one.name or tr(one.kind),
                folder=options.folder,
            )
        )
    print(f"{tr(measurements.DISCLAIMER)}.")
    if options.json:
        options.json.write_text(measurements.to_json(entries), encoding="utf-8")
    return TROUBLE if left else _code(scan)


def compare(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.resampled):
        _check_writable(file)
    device = _device(options)
    scans: list[ScanResult] = []
    points: list[TimePoint] = []
    for folder, key in (
        (options.prior, options.prior_series),
        (options.folder, options.current_series),
    ):
        scan = _step(worker, workflow.open_folder, folder)
        series = workflow.best_series(scan, key)
        volume = _step(worker, workflow.open_series, series)
        findings = _step(worker, workflow.analyze, series, volume, device)
        study = next(study for study in scan.studies if series in study.series)
        which = tr("Current") if scans else tr("Prior")
        print(f"{which}: {_title(series)} {study.date} {study.time}")
        scans.append(scan)
        points.append(TimePoint(study, series, volume, findings))
    comparison = _step(worker, workflow.compare, *points)
    print(changes.changes_text(comparison))
    if options.json:
        described = changes.describe_comparison(comparison)
        options.json.write_text(_json(described) + "\n", encoding="utf-8")
    if options.resampled:
        volumes = (point.volume for point in points)
        save = partial(
            workflow.save_aligned, alignment=comparison.alignment, file=options.resampled
        )
        for note in _step(worker, save, *volumes):
            print(note)
    return max(_code(scan) for scan in scans)


def evaluate(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.html):
        _check_writable(file)
    described, page = _step(
        worker, workflow.evaluate, options.table, options.operating_point, _device(options)
    )
    print(table.evaluation_text(described))
    if options.json:
        options.json.write_text(_json(described) + "\n", encoding="utf-8")
    if options.html:
        options.html.write_text(page, encoding="utf-8")
    for problem in described["problems"]:
        say(problem["sentence"])
    return SOME_SKIPPED if described["problems"] else OK


def list_models(options: argparse.Namespace, worker: Worker) -> int:
    listed = _step(worker, workflow.list_models)
    models = [entry for entry in listed if isinstance(entry, ModelInfo)]
    problems = [entry for entry in listed if not isinstance(entry, ModelInfo)]
    if options.json:
        _print_json(
            {
                "models": [summary.describe_model(model) for model in models],
                "problems": [problem.sentence for problem in problems],
            }
        )
    else:
        print(table.models_text(models))
    for problem in problems:
        say(problem.sentence)
    return TROUBLE if problems or not models else OK


def check_models(options: argparse.Namespace, worker: Worker) -> int:
    checked = _step(worker, workflow.check_models, options.folders)
    if not checked:
        say(tr("There is no model in {folder}.", folder=paths.models_folder()))
    for folder, problems in checked.items():
        print(f"{folder.name}: {tr('cannot be used') if problems else tr('usable')}")
        for problem in problems:
            say(problem)
    return OK if checked and not any(checked.values()) else TROUBLE


def library_stats(options: argparse.Namespace, worker: Worker) -> int:
    stats = _step(worker, workflow.library_stats, options.library)
    print(
        trn(
            "{folder}: {n} case, {mebibytes:.1f} MiB",
            "{folder}: {n} cases, {mebibytes:.1f} MiB",
            stats.case_count,
            folder=stats.folder,
            mebibytes=stats.database_bytes / 2**20,
        )
    )
    for kind, count in stats.type_counts.items():
        print(f"  {count} {tr(kind)}")
    for identity, count in stats.identities.items():
        print(
            trn(
                "  {n} vector by {identity}",
                "  {n} vectors by {identity}",
                count,
                identity=identity,
            )
        )
    print(f"  {stats.index_problem or tr('The index is whole.')}")
    return OK


def library_verify(options: argparse.Namespace, worker: Worker) -> int:
    problems = _step(worker, workflow.verify_library, options.library)
    for problem in problems:
        say(problem)
    if not problems:
        print(tr("The library is whole."))
    return TROUBLE if problems else OK


def library_rebuild(options: argparse.Namespace, worker: Worker) -> int:
    manifest = _step(worker, workflow.rebuild_library, options.library)
    print(
        tr(
            "Indexed {count} vectors by {identity}.",
            count=manifest.count,
            identity=manifest.identity,
        )
    )
    return OK


def library_add(options: argparse.Namespace, worker: Worker) -> int:
    """One series that cannot be added does not keep the others out."""
    device = _device(options)
    scan = _step(worker, workflow.open_folder, options.folder)
    if options.series:
        chosen = [workflow.best_series(scan, options.series)]
    else:
        chosen = [series for series in scan.series if series.permits(Permission.AI)]
    added = failed = 0
    for series in chosen:
        try:
            volume = _step(worker, workflow.open_series, series)
            stored = _step(worker, workflow.stored_case, volume, options.library)
            if stored:
                print(
                    tr(
                        "{series}: already stored as {case_id}",
                        series=_title(series),
                        case_id=stored,
                    )
                )
                continue
            findings = _step(worker, workflow.analyze, series, volume, device)
            add = partial(workflow.add_case, note=options.note, keeps_path=options.keep_path)
            case = _step(worker, add, series, volume, findings, options.library)
        except IchViewerError as error:
            say(f"{_title(series)}: {error}")
            failed += 1
            continue
        added += 1
        types = ", ".join(tr(kind.word) for kind in findings.found_types)
        types = types or tr("no hemorrhage found")
        print(
            tr(
                "{series}: added as {case_id} ({types})",
                series=_title(series),
                case_id=case,
                types=types,
            )
        )
    print(tr("{added} of {count} series added.", added=added, count=len(chosen)))
    return TROUBLE if failed or not chosen else _code(scan)


def selftest(options: argparse.Namespace, worker: Worker) -> int:
    failed = 0
    for check in run_checks(worker):
        failed += not check.is_ok
        print(
            f"{tr('ok') if check.is_ok else tr('FAILED'):<6}  {tr(check.name)}: {check.sentence}",
            flush=True,
        )
    print(
        tr("Self-test failed; failed checks: {failed}.", failed=failed)
        if failed
        else tr("Self-test passed.")
    )
    return TROUBLE if failed else OK


def _read(
    options: argparse.Namespace, worker: Worker, operating_point: str = ""
) -> tuple[ScanResult, Series, Volume, Findings]:
    device = _device(options)
    scan = _scan_of(options, worker)
    series = workflow.best_series(scan, options.series)
    volume = _step(worker, workflow.open_series, series)
    findings = _step(worker, workflow.analyze, series, volume, device, operating_point)
    return scan, series, volume, findings


def _scan_of(options: argparse.Namespace, worker: Worker) -> ScanResult:
    """What a folder holds, or a picture as the options say."""
    if not is_picture(options.folder):
        scan: ScanResult = _step(worker, workflow.open_folder, options.folder)
        return scan
    grey = GreyScale(options.hu_black, options.hu_white)
    spacing_mm = (options.spacing_mm, options.spacing_mm)
    say(
        tr(
            "{name} is read as a picture: black is {hu_black:g} HU, white {hu_white:g} HU, a pixel "
            "{spacing_mm:g} mm.",
            name=options.folder.name,
            hu_black=options.hu_black,
            hu_white=options.hu_white,
            spacing_mm=options.spacing_mm,
        )
    )
    pictures: ScanResult = _step(
        worker, workflow.open_pictures, (options.folder,), grey, spacing_mm
    )
    return pictures


def _device(options: argparse.Namespace) -> str:
    return options.device or read_settings(paths.settings_file()).device


def _step(worker: Worker, function: Any, *arguments: Any) -> Any:
    """Run a step; in a terminal, show how far it is."""
    if not sys.stderr.isatty():
        return worker.run(function, *arguments)

    def show(done: int, total: int, what: str) -> None:
        share = f" {done}/{total}" if total else ""
        print(f"\r\x1b[K{what}{share}", end="", file=sys.stderr, flush=True)

    try:
        return worker.run(function, *arguments, progress=show)
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _title(series: Series) -> str:
    return trn(
        "Series {key} {description}, {n} slice",
        "Series {key} {description}, {n} slices",
        len(series.instances),
        key=series.key[:8],
        description=series.description,
    )


def _code(scan: ScanResult) -> int:
    for skipped in scan.skipped:
        say(skipped.sentence)
    return SOME_SKIPPED if scan.skipped else OK


def _check_writable(file: Path | None) -> None:
    if file is not None and not file.parent.is_dir():
        raise IchViewerError(
            tr(
                "{file} cannot be written: there is no folder {folder}.",
                file=file,
                folder=file.parent,
            )
        )


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise IchViewerError(tr("{file} is no text file.", file=file)) from error


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def _print_json(value: Any) -> None:
    print(_json(value))


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
