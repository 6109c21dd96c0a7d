"""`ichviewer [FOLDER]`: the window."""

import argparse
import contextlib
import multiprocessing
from collections.abc import Sequence
from pathlib import Path

from ichviewer import __version__, paths
from ichviewer.errors import SettingsError
from ichviewer.language import language_in, tr, use_language


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; returns the exit code."""
    # A frozen program's worker processes start here and must go no further.
    multiprocessing.freeze_support()
    use_language(language_in(paths.settings_file()), paths.languages_folder())
    parser = argparse.ArgumentParser(
        prog="ichviewer",
        description=tr("Read head CT offline. AI results are not for primary diagnosis."),
    )
    parser.add_argument("--version", action="version", version=f"ichviewer {__version__}")
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help=tr("folder, file or ZIP to open")
    )
    folder = parser.parse_args(arguments).folder

    from ichviewer import logs
    from ichviewer.ui.application import run

    # A station whose log cannot be written still reads.
    with contextlib.suppress(SettingsError):
        logs.start_logging(paths.logs_folder())
    return run(folder)


if __name__ == "__main__":
    raise SystemExit(main())
