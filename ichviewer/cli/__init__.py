"""`ichviewer-cli`: everything but the window, for scripts and terminals.

Files are read and models run in the same guarded worker process as for the window. Results go to
standard output, sentences about trouble to standard error.
"""

import os
import sys
from collections.abc import Sequence

from ichviewer import paths
from ichviewer.cli.arguments import asked_language, parse
from ichviewer.cli.codes import CANCELLED, OK, SOME_SKIPPED, TROUBLE
from ichviewer.errors import IchViewerError
from ichviewer.language import language_in, tr, use_language

__all__ = ["CANCELLED", "OK", "SOME_SKIPPED", "TROUBLE", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    language = asked_language(arguments) or language_in(paths.settings_file())
    use_language(language, paths.languages_folder())
    options = parse(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    # Imported here, so that --help does not wait for numpy.
    from ichviewer import workflow
    from ichviewer.cli import commands
    from ichviewer.cli.output import say

    try:
        with workflow.start_worker(processes=1) as worker:
            code: int = getattr(commands, options.command)(options, worker)
            return code
    except IchViewerError as error:
        say(str(error))
        return TROUBLE
    except BrokenPipeError:
        # Whoever read standard output has had enough; nothing is left to be flushed to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TROUBLE
    except OSError as error:
        say(
            tr(
                "{file}: {problem}.",
                file=error.filename or tr("A file"),
                problem=error.strerror or error,
            )
        )
        return TROUBLE
    except KeyboardInterrupt:
        say(tr("Cancelled."))
        return CANCELLED
