"""Entry of the frozen window."""

from ichviewer.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main())
