"""Reports in another language: texts are translated, values that machines read are not."""

from collections.abc import Iterator

import numpy as np
import pytest

from ichviewer import paths
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.measure import Measured, Quantity
from ichviewer.imaging.measurement import Kind
from ichviewer.imaging.volume import Volume
from ichviewer.language import use_language
from ichviewer.report import changes, measurements, summary, table
from ichviewer.workflow import best_series, compare, open_folder, open_series
from tests.comparison.time_points import findings_of, time_point


@pytest.fixture
def german() -> Iterator[None]:
    use_language("de", paths.languages_folder())
    yield
    use_language("en", paths.languages_folder())


@pytest.fixture(scope="module")
def volume() -> Volume:
    return open_series(best_series(open_folder(paths.demo_study_folder())))


def _with_blood(volume: Volume, first: int) -> np.ndarray:
    mask = np.zeros(volume.shape_kji, np.uint8)
    mask[first : first + 4, 250:290, 200:240] = HemorrhageType.INTRAPARENCHYMAL
    return mask


def test_findings_are_said_in_german_and_described_in_english(german: None, volume: Volume) -> None:
    findings = findings_of(_with_blood(volume, 15), volume, shift_mm=3.0)
    text = table.findings_text(findings)
    assert text.startswith("KI-Ergebnis, nicht zur Primärdiagnose\nEingabe ausgewertet.")
    assert "intrazerebral" in text
    assert "Mittellinienverlagerung: 3,0 mm nach links, auf Schicht 18." in text
    described = summary.describe_findings(findings)
    assert described["disclaimer"] == "AI result, not for primary diagnosis"
    assert described["gate"]["answer"] == "accepted"
    assert described["lesions"][0]["type"] == "intraparenchymal"
    assert described["lesions"][0]["side"] in ("left", "right", "midline", "both")


def test_changes_are_said_in_german_and_described_in_english(german: None, volume: Volume) -> None:
    prior = time_point(volume, findings_of(np.zeros(volume.shape_kji, np.uint8), volume))
    current = time_point(volume, findings_of(_with_blood(volume, 15), volume), "2026-03-02")
    comparison = compare(prior, current)
    text = changes.changes_text(comparison)
    assert "WACHSTUM nach der Regel" in text
    assert "WACHSTUM: mehr als 6 mL" in text
    assert " neu " in text
    assert "Zeit dazwischen: 24,0 Stunden." in text
    assert changes.describe_comparison(comparison)["lesions"][0]["trend"] == "new"


def test_measurements_are_named_and_valued_in_german(german: None) -> None:
    assert measurements.default_name(Kind.LENGTH, ["Länge 1"]) == "Länge 2"
    assert measurements.default_name(Kind.COBB, []) == "Cobb-Winkel 1"
    shift = Measured((Quantity("shift", 5.25, "mm"),), side="left")
    assert measurements.full_text(shift) == "Verlagerung 5,2\N{NO-BREAK SPACE}mm nach links"
