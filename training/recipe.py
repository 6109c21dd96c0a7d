"""One file says how a model is made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ichviewer.analysis.prepare import InputSpec


@dataclass(frozen=True)
class Recipe:
    """A recipe file, read; `data` and `optimise` keep the file's own words.

    `network` is `ichnet`, with feature channels `widths`, or one of the peers.
    """

    name: str
    version: str
    seed: int
    input: dict[str, Any]
    data: dict[str, Any]
    optimise: dict[str, Any]
    network: str = "ichnet"
    widths: tuple[int, ...] = ()

    @classmethod
    def read(cls, file: Path) -> Recipe:
        """Read a recipe in TOML; a missing entry raises TypeError or KeyError naming it."""
        entries = tomllib.loads(file.read_text())
        entries["widths"] = tuple(entries.get("widths", ()))
        return cls(**entries)

    @property
    def spec(self) -> InputSpec:
        """What the network looks at."""
        return InputSpec.from_manifest(self.input)
