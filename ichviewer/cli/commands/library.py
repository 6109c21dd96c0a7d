"""The commands on the case library."""

import argparse
from functools import partial

from ichviewer import workflow
from ichviewer.cli.codes import OK, TROUBLE
from ichviewer.cli.output import exit_code, say, series_title
from ichviewer.cli.steps import chosen_device, step
from ichviewer.dicom.study import Permission
from ichviewer.errors import IchViewerError
from ichviewer.language import tr, trn
from ichviewer.worker import Worker


def library_stats(options: argparse.Namespace, worker: Worker) -> int:
    stats = step(worker, workflow.library_stats, options.library)
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
    problems = step(worker, workflow.verify_library, options.library)
    for problem in problems:
        say(problem)
    if not problems:
        print(tr("The library is whole."))
    return TROUBLE if problems else OK


def library_rebuild(options: argparse.Namespace, worker: Worker) -> int:
    manifest = step(worker, workflow.rebuild_library, options.library)
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
    device = chosen_device(options)
    scan = step(worker, workflow.open_folder, options.folder)
    if options.series:
        chosen = [workflow.best_series(scan, options.series)]
    else:
        chosen = [series for series in scan.series if series.permits(Permission.AI)]
    added = failed = 0
    for series in chosen:
        try:
            volume = step(worker, workflow.open_series, series)
            stored = step(worker, workflow.stored_case, volume, options.library)
            if stored:
                print(
                    tr(
                        "{series}: already stored as {case_id}",
                        series=series_title(series),
                        case_id=stored,
                    )
                )
                continue
            findings = step(worker, workflow.analyze, series, volume, device)
            add = partial(workflow.add_case, note=options.note, keeps_path=options.keep_path)
            case = step(worker, add, series, volume, findings, options.library)
        except IchViewerError as error:
            say(f"{series_title(series)}: {error}")
            failed += 1
            continue
        added += 1
        types = ", ".join(tr(kind.word) for kind in findings.found_types)
        types = types or tr("no hemorrhage found")
        print(
            tr(
                "{series}: added as {case_id} ({types})",
                series=series_title(series),
                case_id=case,
                types=types,
            )
        )
    print(tr("{added} of {count} series added.", added=added, count=len(chosen)))
    return TROUBLE if failed or not chosen else exit_code(scan)
