"""What the command line understands; imports nothing heavy, so that --help comes at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ichviewer import __version__
from ichviewer.imaging.grey_scale import USUAL_HU, USUAL_PIXEL_MM
from ichviewer.language import LANGUAGES, tr, tr_later

_EPILOG = tr_later("""\
exit codes:
  0    done
  1    could not be done; a sentence on standard error says why
  2    the command line makes no sense
  3    done, but files or rows of a table were left out; they are listed
  130  cancelled (Ctrl-C)

What a model says is marked: AI result, not for primary diagnosis.
""")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Options of one command line; `command` names the function in `commands` that runs it.

    Ends the program with code 2 where the command line makes no sense.
    """
    return _parser().parse_args(arguments)


def asked_language(arguments: Sequence[str] | None) -> str:
    """The language that the command line asks for, even in its own help; empty where none."""
    language: str = _language().parse_known_args(arguments)[0].language
    return language


def _language() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ichviewer-cli", add_help=False, allow_abbrev=False)
    parser.add_argument(
        "--language",
        choices=("system", *LANGUAGES),
        default="",
        help=tr("language of the texts (default: as in the settings)"),
    )
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ichviewer-cli",
        parents=[_language()],
        description=tr("Read head CT and look for intracranial hemorrhage, without a window."),
        epilog=tr(_EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ichviewer {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    scan = _command(commands, "scan", "scan", tr("list the studies and series of a folder"))
    scan.add_argument("folder", type=Path, metavar="FOLDER")
    scan.add_argument("--json", action="store_true", help=tr("print JSON"))
    scan.add_argument(
        "--positions",
        action="store_true",
        help=tr(
            "with the LPS mm of the four corner voxels of every slice (as JSON; loads all series)"
        ),
    )

    analyze = _command(commands, "analyze", "analyze", tr("let the models read a series"))
    _series_arguments(analyze)
    _picture_arguments(analyze)
    analyze.add_argument(
        "--operating-point",
        choices=("sensitive", "balanced", "specific"),
        default="",
        help=tr("how readily the models say that something is there (default: as in the settings)"),
    )
    analyze.add_argument("--json", type=Path, metavar="FILE", help=tr("write the findings as JSON"))
    analyze.add_argument("--mask", type=_nifti, metavar="FILE.nii.gz", help=tr("write the mask"))

    similar = _command(
        commands, "similar", "similar", tr("show the known cases most like a series")
    )
    _series_arguments(similar)
    _picture_arguments(similar)
    similar.add_argument("--json", action="store_true", help=tr("print JSON"))
    similar.add_argument(
        "--library", type=Path, metavar="FOLDER", help=tr("search this case library")
    )

    convert = _command(commands, "convert", "convert", tr("write a series in HU on a regular grid"))
    convert.add_argument("folder", type=Path, metavar="FOLDER")
    convert.add_argument("file", type=_nifti, metavar="OUT.nii.gz")
    convert.add_argument("--series", default="", metavar="KEY", help=tr("key as listed by scan"))

    measure = _command(
        commands, "measure", "measure", tr("measure again what was measured and saved")
    )
    measure.add_argument("folder", type=Path, metavar="FOLDER")
    measure.add_argument(
        "--in",
        dest="saved",
        type=Path,
        required=True,
        metavar="FILE.json",
        help=tr("measurements that the window has saved"),
    )
    measure.add_argument(
        "--json", type=Path, metavar="OUT", help=tr("write what they come to as JSON")
    )
    measure.add_argument(
        "--ai", action="store_true", help=tr("let the models read: ABC/2 beside the segmented mL")
    )
    measure.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu"),
        help=tr("where the models run (default: as in the settings)"),
    )

    _add_compare(commands)

    evaluate = _command(
        commands, "evaluate", "evaluate", tr("measure the models on a table of your own images")
    )
    evaluate.add_argument(
        "table",
        type=Path,
        metavar="TABLE.csv",
        help=tr("one row for each image; see docs/models.md"),
    )
    evaluate.add_argument("--json", type=Path, metavar="OUT", help=tr("write all numbers as JSON"))
    evaluate.add_argument(
        "--html", type=Path, metavar="REPORT", help=tr("write tables and figures")
    )
    evaluate.add_argument(
        "--operating-point",
        choices=("sensitive", "balanced", "specific"),
        default="balanced",
        help=tr("how readily the models say that something is there (default: balanced)"),
    )
    evaluate.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu"),
        help=tr("where the models run (default: as in the settings)"),
    )

    models = commands.add_parser("models", help=tr("list or check the models")).add_subparsers(
        required=True, metavar="list|check"
    )
    listed = _command(models, "list", "list_models", tr("list the installed models"))
    listed.add_argument("--json", action="store_true", help=tr("print JSON"))
    check = _command(
        models, "check", "check_models", tr("load models and say what hinders their use")
    )
    check.add_argument(
        "folders", type=Path, nargs="*", metavar="FOLDER", help=tr("default: installed")
    )

    library = commands.add_parser("library", help=tr("look after a case library")).add_subparsers(
        required=True, metavar="stats|verify|rebuild|add"
    )
    for name, run, title in (
        ("stats", "library_stats", tr("what the library holds")),
        ("verify", "library_verify", tr("read all of it and say what is wrong")),
        ("rebuild", "library_rebuild", tr("build its search index anew")),
    ):
        command = _command(library, name, run, title)
        command.add_argument(
            "--library", type=Path, metavar="FOLDER", help=tr("default: the user's")
        )
    add = _command(library, "add", "library_add", tr("analyse series and store them as cases"))
    _series_arguments(add)
    add.add_argument("--library", type=Path, metavar="FOLDER", help=tr("default: the user's"))
    add.add_argument("--note", default="", help=tr("text for the card; must name no patient"))
    add.add_argument(
        "--keep-path",
        action="store_true",
        help=tr("remember where the files are, so that the case can be opened later"),
    )

    _reading_arguments(commands)
    _command(commands, "selftest", "selftest", tr("run the whole chain on the shipped demo study"))
    return parser


def _reading_arguments(commands: Any) -> None:
    readings = commands.add_parser(
        "reading", help=tr("what you decided, and agreement with the AI")
    )
    readings = readings.add_subparsers(required=True, metavar="list|show|export|agreement")
    for name, title in (
        ("list", tr("list what was read on this computer")),
        ("show", tr("show what was decided about a study")),
        ("export", tr("write a reading as JSON; never overwrites")),
        ("agreement", tr("count by month and scanner how often reader and AI agreed")),
    ):
        command = _command(readings, name, f"reading_{name}", title)
        if name in ("show", "export"):
            command.add_argument(
                "study", metavar="STUDY", help=tr("key as listed, or its beginning")
            )
        if name == "export":
            command.add_argument("file", type=Path, metavar="FILE.json")
        else:
            command.add_argument("--json", action="store_true", help=tr("print JSON"))
        if name == "agreement":
            command.add_argument("--csv", type=Path, metavar="FILE", help=tr("also write CSV"))
        command.add_argument(
            "--readings",
            type=Path,
            metavar="FOLDER",
            help=tr("where readings are (default: yours)"),
        )


def _add_compare(commands: Any) -> None:
    compare = _command(
        commands,
        "compare",
        "compare",
        tr("say what has changed since a prior series of one patient"),
    )
    compare.add_argument(
        "prior", type=Path, metavar="PRIOR", help=tr("folder of the earlier series")
    )
    compare.add_argument(
        "folder", type=Path, metavar="CURRENT", help=tr("folder of the later series")
    )
    for which, words in (
        ("prior", tr("key of the prior series as listed by scan")),
        ("current", tr("key of the current series as listed by scan")),
    ):
        compare.add_argument(f"--{which}-series", default="", metavar="KEY", help=words)
    compare.add_argument("--json", type=Path, metavar="OUT", help=tr("write all of it as JSON"))
    compare.add_argument(
        "--resampled",
        type=_nifti,
        metavar="FILE.nii.gz",
        help=tr("write the prior series on the current one's slices"),
    )
    compare.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu"),
        help=tr("where the models run (default: as in the settings)"),
    )


def _command(commands: Any, name: str, run: Any, title: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=title, description=title)
    parser.set_defaults(command=run)
    return parser


def _series_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--series", default="", metavar="KEY", help=tr("key as listed by scan"))
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu"),
        help=tr("where the models run (default: as in the settings)"),
    )


def _picture_arguments(parser: argparse.ArgumentParser) -> None:
    pictures = parser.add_argument_group(
        tr("pictures"),
        tr(
            "FOLDER may be a PNG or JPEG picture of one axial slice. It does not say which HU its "
            "greys stand for, nor how large its pixels are."
        ),
    )
    pictures.add_argument(
        "--hu-black",
        type=float,
        default=USUAL_HU[0],
        metavar="HU",
        help=tr("HU of black (default: {hu:g}, of the brain window)", hu=USUAL_HU[0]),
    )
    pictures.add_argument(
        "--hu-white",
        type=float,
        default=USUAL_HU[1],
        metavar="HU",
        help=tr("HU of white (default: {hu:g}, of the brain window)", hu=USUAL_HU[1]),
    )
    pictures.add_argument(
        "--spacing-mm",
        type=float,
        default=USUAL_PIXEL_MM,
        metavar="MM",
        help=tr("side of a pixel (default: {mm:g}, 250 mm on 512 pixels)", mm=USUAL_PIXEL_MM),
    )


def _nifti(text: str) -> Path:
    if not text.endswith((".nii", ".nii.gz")):
        raise argparse.ArgumentTypeError(tr("{text} does not end in .nii.gz or .nii", text=text))
    return Path(text)
