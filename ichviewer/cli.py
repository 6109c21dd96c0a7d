"""`ichviewer-cli`: everything but the window, for scripts and terminals.

Files are read and models run in the same guarded worker process as for the window. Results go to
standard output, sentences about trouble to standard error.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ichviewer import __version__
from ichviewer.errors import IchViewerError

if TYPE_CHECKING:
    from ichviewer.analysis.findings import Findings
    from ichviewer.dicom.study import ScanResult, Series
    from ichviewer.imaging.volume import Volume
    from ichviewer.worker import Worker

OK, TROUBLE, SOME_SKIPPED, CANCELLED = 0, 1, 3, 130

_EPILOG = """\
exit codes:
  0    done
  1    could not be done; a sentence on standard error says why
  2    the command line makes no sense
  3    done, but DICOM files were left out; they are listed
  130  cancelled (Ctrl-C)

What a model says is marked: AI result, not for primary diagnosis.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except IchViewerError as error:
        _say(str(error))
        return TROUBLE
    except OSError as error:
        _say(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return TROUBLE
    except KeyboardInterrupt:
        _say("Cancelled.")
        return CANCELLED


def _run(options: argparse.Namespace) -> int:
    from ichviewer import workflow

    with workflow.start_worker(processes=1) as worker:
        code: int = options.command(options, worker)
        return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ichviewer-cli",
        description="Read head CT and look for intracranial hemorrhage, without a window.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ichviewer {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    scan = _command(commands, "scan", _scan, "list the studies and series of a folder")
    scan.add_argument("folder", type=Path, metavar="FOLDER")
    scan.add_argument("--json", action="store_true", help="print JSON")
    scan.add_argument(
        "--positions",
        action="store_true",
        help="with the LPS mm of the four corner voxels of every slice (as JSON; loads all series)",
    )

    analyze = _command(commands, "analyze", _analyze, "let the models read a series")
    _series_arguments(analyze)
    analyze.add_argument("--json", type=Path, metavar="FILE", help="write the findings as JSON")
    analyze.add_argument("--mask", type=_nifti, metavar="FILE.nii.gz", help="write the mask")

    similar = _command(commands, "similar", _similar, "show the known cases most like a series")
    _series_arguments(similar)
    similar.add_argument("--json", action="store_true", help="print JSON")
    similar.add_argument("--library", type=Path, metavar="FOLDER", help="search this case library")

    convert = _command(commands, "convert", _convert, "write a series in HU on a regular grid")
    convert.add_argument("folder", type=Path, metavar="FOLDER")
    convert.add_argument("file", type=_nifti, metavar="OUT.nii.gz")
    convert.add_argument("--series", default="", metavar="KEY", help="key as listed by scan")

    models = commands.add_parser("models", help="list or check the models").add_subparsers(
        required=True, metavar="list|check"
    )
    listed = _command(models, "list", _list_models, "list the installed models")
    listed.add_argument("--json", action="store_true", help="print JSON")
    check = _command(models, "check", _check_models, "load models and say what hinders their use")
    check.add_argument("folders", type=Path, nargs="*", metavar="FOLDER", help="default: installed")

    library = commands.add_parser("library", help="look after a case library").add_subparsers(
        required=True, metavar="stats|verify|rebuild"
    )
    for name, run, title in (
        ("stats", _library_stats, "what the library holds"),
        ("verify", _library_verify, "read all of it and say what is wrong"),
        ("rebuild", _library_rebuild, "build its search index anew"),
    ):
        command = _command(library, name, run, title)
        command.add_argument("--library", type=Path, metavar="FOLDER", help="default: the user's")

    _command(commands, "selftest", _selftest, "run the whole chain on the shipped demo study")
    return parser


def _command(commands: Any, name: str, run: Any, title: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=title, description=title)
    parser.set_defaults(command=run)
    return parser


def _series_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--series", default="", metavar="KEY", help="key as listed by scan")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), default="auto", help="where the models run"
    )


def _nifti(text: str) -> Path:
    if not text.endswith((".nii", ".nii.gz")):
        raise argparse.ArgumentTypeError(f"{text} does not end in .nii.gz or .nii")
    return Path(text)


def _scan(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow
    from ichviewer.report import table

    scan = _step(worker, workflow.open_folder, options.folder)
    if options.json or options.positions:
        _print_json(_step(worker, workflow.describe_folder, scan, options.positions))
    else:
        print(table.scan_text(scan))
    return _code(scan)


def _analyze(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow
    from ichviewer.report import summary, table

    for file in (options.json, options.mask):
        _check_writable(file)
    scan, series, volume, findings = _read(options, worker)
    print(_title(series))
    print(table.findings_text(findings))
    stages = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in findings.seconds.items())
    print(f"Seconds: {stages}; in all {sum(findings.seconds.values()):.2f}.")
    print(f"Peak memory: {worker.peak_memory_bytes / 2**20:.0f} MiB.")
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


def _similar(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow
    from ichviewer.report import summary, table

    scan, series, _, findings = _read(options, worker)
    matches = _step(worker, workflow.find_similar, findings, "soft", options.library)
    if options.json:
        _print_json({"series": series.key, **summary.describe_matches(matches)})
    else:
        print(_title(series))
        print(table.matches_text(matches))
    return _code(scan)


def _convert(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow

    _check_writable(options.file)
    scan = _step(worker, workflow.open_folder, options.folder)
    series = workflow.best_series(scan, options.series)
    volume = _step(worker, workflow.open_series, series)
    print(_title(series))
    for note in _step(worker, workflow.save_volume, volume, options.file):
        print(note)
    return _code(scan)


def _list_models(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow
    from ichviewer.analysis.findings import ModelInfo
    from ichviewer.report import summary, table

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
        _say(problem.sentence)
    return TROUBLE if problems or not models else OK


def _check_models(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import paths, workflow

    checked = _step(worker, workflow.check_models, options.folders)
    if not checked:
        _say(f"There is no model in {paths.models_folder()}.")
    for folder, problems in checked.items():
        print(f"{folder.name}: {'cannot be used' if problems else 'usable'}")
        for problem in problems:
            _say(problem)
    return OK if checked and not any(checked.values()) else TROUBLE


def _library_stats(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow

    stats = _step(worker, workflow.library_stats, options.library)
    print(f"{stats.folder}: {stats.case_count} cases, {stats.database_bytes / 2**20:.1f} MiB")
    for kind, count in stats.type_counts.items():
        print(f"  {count} {kind}")
    for identity, count in stats.identities.items():
        print(f"  {count} vectors by {identity}")
    print(f"  {stats.index_problem or 'The index is whole.'}")
    return OK


def _library_verify(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow

    problems = _step(worker, workflow.verify_library, options.library)
    for problem in problems:
        _say(problem)
    if not problems:
        print("The library is whole.")
    return TROUBLE if problems else OK


def _library_rebuild(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer import workflow

    manifest = _step(worker, workflow.rebuild_library, options.library)
    print(f"Indexed {manifest.count} vectors by {manifest.identity}.")
    return OK


def _selftest(options: argparse.Namespace, worker: "Worker") -> int:
    from ichviewer.selftest import selftest

    failed = 0
    for check in selftest(worker):
        failed += not check.is_ok
        print(
            f"{'ok    ' if check.is_ok else 'FAILED'}  {check.name}: {check.sentence}", flush=True
        )
    print("Self-test passed." if not failed else f"Self-test failed: {failed} checks.")
    return TROUBLE if failed else OK


def _read(
    options: argparse.Namespace, worker: "Worker"
) -> "tuple[ScanResult, Series, Volume, Findings]":
    from ichviewer import workflow

    scan = _step(worker, workflow.open_folder, options.folder)
    series = workflow.best_series(scan, options.series)
    volume = _step(worker, workflow.open_series, series)
    findings = _step(worker, workflow.analyze, series, volume, options.device)
    return scan, series, volume, findings


def _step(worker: "Worker", function: Any, *arguments: Any) -> Any:
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


def _title(series: "Series") -> str:
    return f"Series {series.key[:8]} {series.description}, {len(series.instances)} slices"


def _code(scan: "ScanResult") -> int:
    for skipped in scan.skipped:
        _say(skipped.sentence)
    return SOME_SKIPPED if scan.skipped else OK


def _check_writable(file: Path | None) -> None:
    if file is not None and not file.parent.is_dir():
        raise IchViewerError(f"{file} cannot be written: there is no folder {file.parent}.")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def _print_json(value: Any) -> None:
    print(_json(value))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
