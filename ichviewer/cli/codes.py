"""Exit codes; 2 is argparse's own, for a command line that makes no sense."""

OK = 0
TROUBLE = 1
SOME_SKIPPED = 3
CANCELLED = 130
