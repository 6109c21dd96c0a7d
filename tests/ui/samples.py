"""Volumes, findings and matches of known content, made in memory."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage

from ichviewer.analysis.findings import (
    Findings,
    Gate,
    GateAnswer,
    HemorrhageType,
    Lesion,
    Side,
)
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.dicom.study import Permission, ScanResult, Series, Study
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import Window
from ichviewer.library.case import Case, Match, Matches

SHAPE_KJI = (12, 40, 32)


def grid(slice_mm: float = 5.0, shape_kji: tuple[int, int, int] = SHAPE_KJI) -> Grid:
    positions = np.array([[-80.0, -100.0, k * slice_mm] for k in range(shape_kji[0])])
    return Grid(shape_kji, positions, np.array([5.0, 0, 0]), np.array([0, 5.0, 0]))


def volume(slice_mm: float = 5.0, description: str = "head") -> Volume:
    k, j, i = np.indices(SHAPE_KJI)
    hu = (k * 100 + j - i).astype(np.int16)
    return Volume(hu, grid(slice_mm), "1.2.3", description=description,
                  windows=(Window(50, 100, "file"), Window(300, 2000)))  # fmt: skip


def series(key: str = "a", refusals: dict[Permission, str] | None = None) -> Series:
    return Series(
        key, f"1.2.{key}", "1.2", "CT", f"head {key}", 2, (), 40, 32, GeometryClass.REGULAR,
        (5.0, 5.0, 5.0), 0.0, (5.0, 5.0), refusals=refusals or {},
    )  # fmt: skip


def scan(*held: Series) -> ScanResult:
    study = Study("1.2", "Sample^Head", "1", "F", "70", "2020-01-02", "", "CT head", held)
    return ScanResult(Path("folder"), (study,), (), {"not DICOM": 3}, len(held) + 3)


def lesion(number: int, kind: HemorrhageType, k: int, side: Side = Side.LEFT) -> Lesion:
    return Lesion(
        number, kind, 12.34 / number, 31.0, k - 1, k + 1, k, (float(k), 20.0, 22.0),
        (30.0, 0.0, 5.0 * k), side, 62.0, 88.0, 0.91, 0.72,
        ("touches skull",) if number == 1 else (),
    )  # fmt: skip


def findings(*lesions: Lesion, gate: GateAnswer = GateAnswer.ACCEPTED) -> Findings:
    probability = np.full((SHAPE_KJI[0], 6), 0.02, np.float32)
    mask = np.zeros(SHAPE_KJI, np.uint8)
    for found in lesions:
        rows = slice(found.first_slice, found.last_slice + 1)
        probability[rows, 0] = probability[rows, found.kind] = 0.9
        mask[rows, 18:23, 20:25] = found.kind
    study = probability.max(axis=0)
    return Findings(
        "1.2.3", Gate(gate, ("Read with care.",) if gate is GateAnswer.WARNED else ()),
        probability, study, np.full(6, 0.5, np.float32), mask, lesions,
        np.eye(1, 128, dtype=np.float32)[0], "sample 1",
        (
            ModelInfo("sample", "1.0", "ab" * 32, ("detect",), "simulated", "CPU",
                      (Window(30, 60, "seen"), Window(90, 220, "seen"))),
        ),
        {"detect": 1.5, "segment": 2.5},
    )  # fmt: skip


def match(case_id: str, *types: str, distance: float = 0.4, is_discordant: bool = False) -> Match:
    case = Case(
        case_id, types, dict.fromkeys(types, 10.0), "left", "", "simulator (exact)", True, 4,
        _png(), np.eye(1, 128, dtype=np.float32)[0],
    )  # fmt: skip
    return Match(case, distance, 98.0, is_discordant)


def matches(*found: Match, is_far: bool = False) -> Matches:
    return Matches(found, {"subdural": len(found)}, is_far)


def _png() -> bytes:
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(120)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())
