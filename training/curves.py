"""The curves of a training run as a picture: `python -m training.curves RECIPE`."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from matplotlib.figure import Figure

from training.anatomy import ROOT
from training.recipe import Recipe

_X = "step"
_NOT_LOSSES = (_X, "spent_s", "waited_s")


def draw(rows: list[dict[str, str]], file: Path) -> None:
    """One small picture for each part of the loss."""
    names = [name for name in rows[0] if name not in _NOT_LOSSES]
    figure = Figure(figsize=(3.2 * len(names), 2.6), layout="constrained")
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(1, len(names), place)
        axes.plot([int(row[_X]) for row in rows], [float(row[name]) for row in rows])
        axes.set(title=name, xlabel=_X, yscale="log")
    figure.savefig(file, dpi=110)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    folder = ROOT / "runs" / Recipe.read(parser.parse_args().recipe).name
    with (folder / "curves.csv").open(newline="") as file:
        draw(list(csv.DictReader(file)), folder / "curves.png")
    print(folder / "curves.png")


if __name__ == "__main__":
    main()
