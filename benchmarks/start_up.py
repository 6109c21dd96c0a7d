"""How long commands take from a cold process: ``python -m benchmarks.start_up``."""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "ichviewer-cli --help": ["-m", "ichviewer.cli", "--help"],
    "import of the window": ["-c", "import ichviewer.ui.application"],
}
ROUNDS = 7


def main() -> None:
    """Print median and slowest seconds of every command."""
    for name, arguments in COMMANDS.items():
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            seconds.append(time.perf_counter() - start)
        print(f"  {name:24}{statistics.median(seconds):6.2f} s  (slowest {max(seconds):.2f} s)")


if __name__ == "__main__":
    main()
