"""Where a result comes from: nothing that the reader may ask is left out."""

import re
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
from ichviewer.language import use_language
from ichviewer.report.provenance import provenance_text
from ichviewer.report.summary import describe_model
from tests.ui import samples

MANIFESTS = [read_manifest(folder) for folder in model_folders(paths.models_folder())]
DETECTOR = next(one for one in MANIFESTS if Role.DETECTION in one.roles)


def test_everything_a_reader_may_ask_is_there() -> None:
    info = model_info(DETECTOR, "CPU (2 threads)", slabs=20)
    findings = replace(
        samples.findings(gate=GateAnswer.WARNED),
        models=(info,),
        operating_point=OperatingPoint.SENSITIVE,
        lesions_shown_from=0.02,
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
        DETECTOR.network.sha256,
        f"sha256 of its network for scans: {info.in_scan_sha256}",
        DETECTOR.training_data,
        DETECTOR.license,
        "CPU (2 threads)",
        f"{size} × {size} pixels of {spec.spacing_mm:g} mm, slabs of {spec.slab_mm:g} mm",
        f"W {spec.channels[0].width_hu:g} C {spec.channels[0].center_hu:g}",
        "used for: " + ", ".join(role.value for role in DETECTOR.roles),
        "Input: processed with warning",
        "Operating point: sensitive",
        "Probability of a lesion: weighed up from slices, voxels, volume and contrast; shown from "
        "2% on",
        "Calibration of slices",
        "Calibration of the study",
        "Seconds: 4.00 in all\n    detect: 1.50\n    segment: 2.50",
        "Read with care.",
        "Brain is seen on slices 1 to 27 only.",
    ):
        assert wanted in said, wanted
    rows = [line.split() for line in said.splitlines()]
    assert ["any", "hemorrhage", "50.0%", "61.0%"] in rows
    for name, percent in zip(PROBABILITY_COLUMNS[1:], range(31, 36), strict=True):
        assert [name, f"{percent}.0%", "20.0%"] in rows


def test_a_model_without_a_probability_for_lesions_says_so() -> None:
    said = provenance_text(samples.findings())
    assert "Probability of a lesion: the mean of its voxels'" in said
    assert "Probability of a lesion" not in provenance_text(replace(samples.findings(), models=()))


def test_the_curves_shown_are_the_models_own() -> None:
    steps = range(len(CURVE_SAID))
    slices = tuple(tuple(0.01 * n + 0.001 * m for m in steps) for n in range(6))
    study = tuple(tuple(0.5 + 0.01 * n + 0.001 * m for m in steps) for n in range(6))
    info = replace(model_info(DETECTOR, "CPU"), slice_curve=slices, study_curve=study)
    said = provenance_text(replace(samples.findings(), models=(info,)))
    first, second = said.index("Calibration of slices"), said.index("Calibration of the study")
    for part, curve in ((said[first:second], slices), (said[second:], study)):
        head, *rows = (line.split() for line in part.splitlines()[1 : 2 + len(curve)])
        assert head == ["said", *(f"{x:.0%}" for x in CURVE_SAID)]
        names = ("hemorrhage", *PROBABILITY_COLUMNS[1:])
        for name, row, column in zip(names, rows, curve, strict=True):
            assert row[-1 - len(CURVE_SAID) :] == [name, *(f"{x:.1%}" for x in column)]


def test_german_readers_see_decimal_commas() -> None:
    use_language("de", paths.languages_folder())
    try:
        said = provenance_text(replace(samples.findings(), models=(model_info(DETECTOR, "CPU"),)))
    finally:
        use_language("en", paths.languages_folder())
    names = (__version__, DETECTOR.version, DETECTOR.training_data, DETECTOR.license, "1.2.3")
    for name in names:
        said = said.replace(name, "")
    assert "50,0%" in said
    assert not re.search(r"\d\.\d", said)


def test_without_thresholds_of_slices_those_of_the_study_hold() -> None:
    bare = samples.findings().models[0]
    bare = replace(bare, windows=(), license="", resampling=None)
    said = provenance_text(replace(samples.findings(), models=(bare,), slice_thresholds=None))
    assert ["epidural", "50.0%", "50.0%"] in [line.split() for line in said.splitlines()]
    for absent in ("windows:", "licence:", "resampled"):
        assert absent not in said


@pytest.mark.parametrize("slabs", [1, 20])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: one.title)
def test_curves_are_those_by_which_the_model_is_calibrated(manifest, slabs: int) -> None:
    info, terms = model_info(manifest, "CPU", slabs), manifest.terms_of(slabs, has_contrast=False)
    described = describe_model(info)["calibration"]
    if Role.DETECTION not in manifest.roles:
        assert info.slice_curve == info.study_curve == ()
        return
    for n, said in enumerate(CURVE_SAID):
        row = np.full((1, len(PROBABILITY_COLUMNS)), said, np.float32)
        for curve, calibration in (
            (info.slice_curve, terms.calibration),
            (info.study_curve, terms.aggregation.calibration),
        ):
            meant = calibrate(row, calibration)[0]
            assert [column[n] for column in curve] == pytest.approx(meant.tolist())
    for curve, name in ((info.slice_curve, "slices"), (info.study_curve, "study")):
        assert set(described[name]) == set(PROBABILITY_COLUMNS)
        for column, meant in zip(PROBABILITY_COLUMNS, curve, strict=True):
            assert described[name][column] == pytest.approx(meant, abs=5e-5)


def test_a_result_without_series_or_curve_says_so_and_no_more() -> None:
    said = provenance_text(replace(samples.findings(), series_uid=""))
    assert "Series: without UID" in said
    assert "Calibration" not in said
