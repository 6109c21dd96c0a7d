"""What `ichviewer-cli analyze` and `similar` write as JSON: every field, with its value."""

import json
from dataclasses import replace

import numpy as np

from ichviewer import __version__
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Answer,
    Findings,
    GateAnswer,
    HemorrhageType,
    MidlineShift,
    OperatingPoint,
    Side,
    Sign,
)
from ichviewer.analysis.model_info import CURVE_SAID, ModelInfo, Resampling
from ichviewer.imaging.window import Window
from ichviewer.library.case import Matches
from ichviewer.report.summary import describe_findings, describe_matches, describe_model
from tests.ui import samples

CLOT = replace(
    samples.lesion(1, HemorrhageType.INTRAPARENCHYMAL, 4, Side.RIGHT),
    volume_ml=21.5, diameter_mm=42.06, first_slice=2, last_slice=7, largest_slice=4,
    centroid_kji=(4.126, 20.5, 22.25), centroid_lps_mm=(-31.234, 4.5, 17.125),
    mean_hu=63.04, max_hu=91.0, probability=0.87654, agreement=0.75, flags=("low agreement",),
    abc2_ml=23.25, site="basal ganglia", mirror_hu=31.26,
    signs=(
        Sign("blend sign", "62 HU beside 38 HU", 5, (5, 19, 24)),
        Sign("irregular shape", "solidity 0.71", 4),
    ),
)  # fmt: skip
COLLECTION = replace(
    samples.lesion(2, HemorrhageType.SUBDURAL, 8), volume_ml=6.25, thickness_mm=7.04, flags=()
)
MODEL = ModelInfo(
    "reader", "2.1", "cd" * 32, ("detection", "embedding"), "simulated heads", "CPU (2 threads)",
    (Window(40, 80, "seen"), Window(80, 200, "seen")), "Apache-2.0", Resampling(256, 0.9, 5.0),
    tuple(tuple(0.01 * (n + 6 * m) for m in range(len(CURVE_SAID))) for n in range(6)),
    tuple(tuple(0.5 + 0.001 * (n + 6 * m) for m in range(len(CURVE_SAID))) for n in range(6)),
    "ef" * 32,
)  # fmt: skip


def findings() -> Findings:
    """No two numbers are the same, so that none can stand in another's place."""
    plain = samples.findings(CLOT, COLLECTION, gate=GateAnswer.WARNED)
    return replace(
        plain,
        slice_probability=np.arange(72, dtype=np.float32).reshape(12, 6) / 128,
        study_probability=np.array([0.97, 0.1, 0.92, 0.2, 0.3, 0.81], np.float32),
        thresholds=np.array([0.5, 0.41, 0.42, 0.43, 0.44, 0.45], np.float32),
        slice_thresholds=np.array([0.6, 0.61, 0.62, 0.63, 0.64, 0.65], np.float32),
        models=(MODEL,),
        operating_point=OperatingPoint.SPECIFIC,
        lesions_shown_from=0.15,
        answers=(Answer.PRESENT, Answer.ABSENT, Answer.PRESENT, Answer.UNCERTAIN, Answer.ABSENT,
                 Answer.PRESENT),
        midline_shift=MidlineShift(-4.56, 6),
        seconds={"gate": 0.12345, "lesions": 1.5},
        notes=("Brain is seen on slices 2 to 11 only.",),
    )  # fmt: skip


def columns(*values: object) -> dict[str, object]:
    return dict(zip(PROBABILITY_COLUMNS, values, strict=True))


def test_every_field_of_findings_has_its_value() -> None:
    described = describe_findings(findings())
    rows = described.pop("slice_probability")
    assert rows[11] == columns(*(round(n / 128, 4) for n in range(66, 72)))
    assert len(rows) == 12
    (model,) = described.pop("models")
    assert model == describe_model(MODEL)
    clot, collection = described.pop("lesions")
    assert clot == CLOT_DESCRIBED
    assert (collection["number"], collection["thickness_mm"]) == (2, 7.0)
    assert collection["abc2_ml"] is collection["mirror_hu"] is None, "not known"
    assert described == {
        "disclaimer": "AI result, not for primary diagnosis",
        "program_version": __version__,
        "series_uid": "1.2.3",
        "gate": {
            "answer": "warned",
            "words": "processed with warning",
            "reasons": ["Read with care."],
        },
        "operating_point": "specific",
        "answers": columns("present", "absent", "present", "uncertain", "absent", "present"),
        "found": columns(True, False, True, False, False, True),
        "priority": {
            "urgency": "suspected",
            "reasons": [
                "suspected intraparenchymal 22 mL",
                "midline shift 5 mm",
                "subdural 6 mL",
            ],
        },
        "study_probability": columns(0.97, 0.1, 0.92, 0.2, 0.3, 0.81),
        "thresholds": columns(0.5, 0.41, 0.42, 0.43, 0.44, 0.45),
        "lesions_shown_from": 0.15,
        "slice_thresholds": columns(0.6, 0.61, 0.62, 0.63, 0.64, 0.65),
        "volume_ml": {
            "all": 27.75,
            "epidural": 0.0,
            "intraparenchymal": 21.5,
            "intraventricular": 0.0,
            "subarachnoid": 0.0,
            "subdural": 6.25,
        },
        "midline_shift": {"shift_mm": -4.6, "slice": 6},
        "embedding_identity": "sample 1",
        "seconds": {"gate": 0.123, "lesions": 1.5},
        "notes": ["Brain is seen on slices 2 to 11 only."],
    }


CLOT_DESCRIBED = {
    "number": 1,
    "type": "intraparenchymal",
    "volume_ml": 21.5,
    "abc2_ml": 23.25,
    "diameter_mm": 42.1,
    "thickness_mm": None,
    "first_slice": 2,
    "last_slice": 7,
    "largest_slice": 4,
    "centroid_kji": [4.13, 20.5, 22.25],
    "centroid_lps_mm": [-31.23, 4.5, 17.12],
    "side": "right",
    "site": "basal ganglia",
    "mean_hu": 63.0,
    "max_hu": 91.0,
    "mirror_hu": 31.3,
    "probability": 0.8765,
    "agreement": 0.75,
    "flags": ["low agreement"],
    "signs": [
        {
            "name": "blend sign",
            "detail": "62 HU beside 38 HU",
            "slice": 5,
            "voxel_kji": [5, 19, 24],
        },
        {"name": "irregular shape", "detail": "solidity 0.71", "slice": 4, "voxel_kji": None},
    ],
}


def test_every_field_of_a_model_has_its_value() -> None:
    calibration = describe_model(MODEL).pop("calibration")
    assert calibration["said"] == list(CURVE_SAID)
    assert calibration["slices"]["subdural"][:2] == [0.05, 0.11]
    assert calibration["study"]["any"][:2] == [0.5, 0.506]
    assert describe_model(MODEL) == {
        "name": "reader",
        "version": "2.1",
        "sha256": "cd" * 32,
        "in_scan_sha256": "ef" * 32,
        "roles": ["detection", "embedding"],
        "training_data": "simulated heads",
        "device": "CPU (2 threads)",
        "license": "Apache-2.0",
        "windows": [{"center_hu": 40, "width_hu": 80}, {"center_hu": 80, "width_hu": 200}],
        "resampling": {"size_px": 256, "spacing_mm": 0.9, "slab_mm": 5.0},
        "calibration": calibration,
    }


def test_what_is_not_known_is_null_and_what_was_not_measured_is_said_so() -> None:
    plain = replace(findings(), slice_thresholds=None, midline_shift=None)
    described = describe_findings(plain)
    assert described["midline_shift"] is None
    assert described["slice_thresholds"] == described["thresholds"]
    lesion = replace(CLOT, volume_ml=float("nan"), agreement=float("nan"))
    (nothing,) = describe_findings(replace(plain, lesions=(lesion,)))["lesions"]
    assert nothing["volume_ml"] is nothing["agreement"] is None
    unknown = replace(MODEL, resampling=None, windows=(), slice_curve=(), in_scan_sha256="")
    bare = describe_model(unknown)
    assert (bare["resampling"], bare["windows"], bare["in_scan_sha256"]) == (None, [], None)
    assert bare["calibration"]["slices"] == {}


def test_every_field_of_a_match_has_its_value() -> None:
    found = samples.match("near", "subdural", distance=0.41237, is_discordant=True)
    case = replace(found.case, site="central, middle third", age_band="60-69", sex="F", note="fall")
    found = replace(found, case=case, percentile=97.26)
    other = samples.match("calm")
    matches = Matches((found,), {"subdural": 1, "none": 0}, True, ("Searched exactly.",), (other,))
    described = describe_matches(matches)
    (calm,) = described.pop("contrary")
    assert (calm["case_id"], calm["types"], calm["volumes_ml"]) == ("calm", [], {})
    assert described == {
        "disclaimer": "AI result, not for primary diagnosis",
        "matches": [
            {
                "case_id": "near",
                "distance": 0.4124,
                "percentile": 97.3,
                "discordant": True,
                "types": ["subdural"],
                "volumes_ml": {"subdural": 10.0},
                "side": "left",
                "site": "central, middle third",
                "label_source": "simulator (exact)",
                "simulated": True,
                "age_band": "60-69",
                "sex": "F",
                "note": "fall",
            }
        ],
        "votes": {"subdural": 1, "none": 0},
        "nothing_similar": True,
        "notes": ["Searched exactly."],
    }


def test_all_of_it_is_json() -> None:
    assert json.loads(json.dumps(describe_findings(findings()), allow_nan=False))
