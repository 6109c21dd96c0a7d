"""Pictures of every station of a scripted reading: ``python -m tests.ui.reading_pictures OUT``.

Needs a screen, or ``xvfb-run -a -s "-screen 0 1920x1080x24"`` before it. The demo is read by keys
once for every screen scale, theme and language, each in a process of its own, because Qt takes its
scale only at the start. The window fills a screen that such a scale is used on.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path

from ichviewer import paths, workflow
from ichviewer.language import LANGUAGES, use_language
from ichviewer.settings import THEMES
from ichviewer.ui.application import make_application
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui.scripted_read import ByKeys, ByMouse

_SCREENS_PX = {"1": (1920, 1080), "1.25": (1920, 1080), "2": (3840, 2160)}
SCALES = tuple(_SCREENS_PX)
_HANDS = {"keys": ByKeys, "mouse": ByMouse}


def take(out: Path, options: argparse.Namespace) -> None:
    """Read the demo, and save the window after every station."""
    use_language(options.language, paths.languages_folder())
    application = make_application()
    model, messages = ViewerModel(), Messages()
    model.choices = replace(model.choices, theme=options.theme)
    with tempfile.TemporaryDirectory() as data, workflow.start_worker() as worker:
        # What is read here is none of the user's readings.
        os.environ["ICHVIEWER_DATA"] = data
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        scale = application.devicePixelRatio()
        window.resize(*(round(px / scale) for px in _SCREENS_PX[options.scale]))
        window.show()
        stations = iter(range(1, 100))

        def save(station: str) -> None:
            file = out / f"{next(stations):02}-{station}.png"
            window.grab().save(str(file))
            print(file, flush=True)

        _HANDS[options.hand](window).read(save)
        window.close()
        application.processEvents()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", choices=SCALES, help="this one only")
    parser.add_argument("--theme", choices=THEMES, help="this one only")
    parser.add_argument("--language", choices=LANGUAGES, help="this one only")
    parser.add_argument("--hand", choices=_HANDS, default="keys")
    options = parser.parse_args()
    if options.scale and options.theme and options.language:
        options.out.mkdir(parents=True, exist_ok=True)
        take(options.out, options)
        return
    scales, themes, languages = (
        (wanted,) if wanted else every
        for wanted, every in (
            (options.scale, SCALES), (options.theme, THEMES), (options.language, LANGUAGES),
        )
    )  # fmt: skip
    for scale, theme, language in product(scales, themes, languages):
        subprocess.run(
            [
                sys.executable, "-m", "tests.ui.reading_pictures",
                str(options.out / f"{language}-{theme}-{scale}"), "--hand", options.hand,
                "--scale", scale, "--theme", theme, "--language", language,
            ],
            env={**os.environ, "QT_SCALE_FACTOR": scale},
            check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
