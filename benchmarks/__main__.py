"""All measurements in one run: ``make bench``."""

import os
import shutil
import subprocess
import sys

HEADLESS = ("start_up", "loading", "analysis", "similar_cases")
ON_A_SCREEN = ("frames", "responsiveness")


def main() -> None:
    """Run every benchmark in a process of its own, so that none warms up another."""
    for name in HEADLESS + ON_A_SCREEN:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        if name in ON_A_SCREEN and not os.environ.get("DISPLAY") and shutil.which("xvfb-run"):
            command = ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24", *command]
        print(f"{name.replace('_', ' ')}", flush=True)
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
