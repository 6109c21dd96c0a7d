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

Rows = list[dict[str, str]]


def draw(learned: Rows, unseen: Rows, file: Path) -> None:
    """One small picture for each part of the loss: in training, and on unseen anatomies."""
    names = [name for name in (unseen or learned)[0] if name not in _NOT_LOSSES]
    figure = Figure(figsize=(3.2 * len(names), 2.6), layout="constrained")
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(1, len(names), place)
        for rows, label in ((learned, "training"), (unseen, "unseen anatomies")):
            known = [row for row in rows if name in row]
            if known:
                at = [int(row[_X]) for row in known]
                axes.plot(at, [float(row[name]) for row in known], label=label)
        axes.set(title=name, xlabel=_X, yscale="linear" if name.startswith("auc") else "log")
        axes.legend(fontsize=7)
    figure.savefig(file, dpi=110)


def _read(file: Path) -> Rows:
    if not file.exists():
        return []
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    folder = ROOT / "runs" / Recipe.read(parser.parse_args().recipe).name
    picture = folder / "curves.png"
    draw(_read(folder / "curves.csv"), _read(folder / "validation.csv"), picture)
    print(picture)


if __name__ == "__main__":
    main()
