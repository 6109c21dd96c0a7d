"""Entry of the frozen command line; spawned workers come back through here."""

import multiprocessing

from ichviewer.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    raise SystemExit(main())
