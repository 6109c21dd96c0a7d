"""`python -m ichviewer.cli`, the same as `ichviewer-cli`."""

from ichviewer.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
