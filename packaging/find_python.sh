#!/bin/sh
# Prints the first interpreter that ichviewer supports (3.11 to 3.13).
for python in python3 python3.13 python3.12 python3.11; do
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import sys, venv; raise SystemExit(not (3, 11) <= sys.version_info < (3, 14))' \
        2>/dev/null && { echo "$python"; exit 0; }
done
echo "ichviewer needs Python 3.11, 3.12 or 3.13; none was found on the PATH." >&2
exit 1
