"""Where a result comes from: nothing that the reader may ask is left out."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer import __version__, paths
from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.catalog import model_folders
from ichviewer.analysis.findings import PROBABILITY_COLUMNS, GateAnswer, OperatingPoint
from ichviewer.analysis.manifest import Role, read_manifest
from ichviewer.analysis.model_info import CURVE_SAID
from ichviewer.analysis.speaker import model_info
from ichviewer.report.provenance import provenance_text
from ichviewer.report.summary import describe_model
from tests.ui import samples

MANIFESTS = [read_manifest(folder) for folder in model_folders(paths.models_folder())]
DETECTOR = next(one for one in MANIFESTS if Role.DETECTION in one.roles)


def test_everything_a_reader_may_ask_is_there() -> None:
    info = model_info(DETECTOR, "CPU (2 threads)")
    findings = replace(
        samples.findings(gate=GateAnswer.WARNED),
        models=(info,),
        operating_point=OperatingPoint.SENSITIVE,
        thresholds=np.array([0.5, 0.31, 0.32, 0.33, 0.34, 0.35], np.float32),
        slice_thresholds=np.array([0.61, 0.2, 0.2, 0.2, 0.2, 0.2], np.float32),
        notes=("Brain is seen on slices 1 to 27 only.",),
    )
    said = provenance_text(findings)
    size, spec = DETECTOR.input.size_px, DETECTOR.input
    for wanted in (
        "AI result, not for primary diagnosis",
        f"Program: ichviewer {__version__}",
        "Series: 1.2.3",
        f"Model: {DETECTOR.name} {DETECTOR.version}",
        DETECTOR.sha256,
        DETECTOR.training_data,
        DETECTOR.license,
        "CPU (2 threads)",
        f"{size} × {size} pixels of {spec.spacing_mm:g} mm, slabs of {spec.slab_mm:g} mm",
        f"W {spec.channels[0].width_hu:g} C {spec.channels[0].center_hu:g}",
        "Operating point: sensitive",
        "50.0%",
        "61.0%",
        "31.0%",
        "Calibration of slices",
        "Calibration of the study",
        "Seconds: 4.00 in all",
        "Read with care.",
        "Brain is seen on slices 1 to 27 only.",
    ):
        assert wanted in said, wanted


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: one.title)
def test_curves_are_those_by_which_the_model_is_calibrated(manifest) -> None:
    info = model_info(manifest, "CPU")
    described = describe_model(info)["calibration"]
    if Role.DETECTION not in manifest.roles:
        assert info.slice_curve == info.study_curve == ()
        return
    for n, said in enumerate(CURVE_SAID):
        row = np.full((1, len(PROBABILITY_COLUMNS)), said, np.float32)
        for curve, calibration in (
            (info.slice_curve, manifest.calibration),
            (info.study_curve, manifest.aggregation.calibration),
        ):
            meant = calibrate(row, calibration)[0]
            assert [column[n] for column in curve] == pytest.approx(meant.tolist())
    assert set(described["slices"]) == set(described["study"]) == set(PROBABILITY_COLUMNS)


def test_a_result_without_series_or_curve_says_so_and_no_more() -> None:
    said = provenance_text(replace(samples.findings(), series_uid=""))
    assert "Series: without UID" in said
    assert "Calibration" not in said
