"""Findings and similar cases in plain values, ready for JSON: numbers that are unknown are null."""

from math import isfinite
from typing import Any

from ichviewer import __version__
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Findings,
    HemorrhageType,
    Lesion,
    MidlineShift,
)
from ichviewer.analysis.model_info import CURVE_SAID, Curve, ModelInfo
from ichviewer.analysis.priority import Priority, priority_of
from ichviewer.language import tr_later
from ichviewer.library.case import Match, Matches

#: Stands on everything that shows what a model said.
DISCLAIMER = tr_later("AI result, not for primary diagnosis")


def describe_findings(findings: Findings) -> dict[str, Any]:
    """All that analysis says, except the arrays that belong on the images."""
    return {
        "disclaimer": DISCLAIMER,
        "program_version": __version__,
        "series_uid": findings.series_uid,
        "gate": {
            "answer": str(findings.gate.answer),
            "words": findings.gate.answer.words,
            "reasons": list(findings.gate.reasons),
        },
        "operating_point": str(findings.operating_point),
        "answers": dict(zip(PROBABILITY_COLUMNS, map(str, findings.answers), strict=False)),
        "found": {
            "any": findings.is_any_found,
            **{kind.word: kind in findings.found_types for kind in HemorrhageType},
        },
        "priority": _priority(priority_of(findings)),
        "study_probability": _by_column(findings.study_probability),
        "thresholds": _by_column(findings.thresholds),
        "slice_thresholds": _by_column(
            findings.thresholds if findings.slice_thresholds is None else findings.slice_thresholds
        ),
        "lesions_shown_from": number(findings.lesions_shown_from),
        "slice_probability": [_by_column(row) for row in findings.slice_probability],
        "volume_ml": {
            "all": number(findings.volume_ml()),
            **{kind.word: number(findings.volume_ml(kind)) for kind in HemorrhageType},
        },
        "midline_shift": _shift(findings.midline_shift),
        "lesions": [_lesion(lesion) for lesion in findings.lesions],
        "embedding_identity": findings.embedding_identity,
        "models": [describe_model(model) for model in findings.models],
        "seconds": {stage: number(s, 3) for stage, s in findings.seconds.items()},
        "notes": list(findings.notes),
    }


def describe_matches(matches: Matches) -> dict[str, Any]:
    """The similar cases, nearest first as the search ordered them."""
    return {
        "disclaimer": DISCLAIMER,
        "matches": [_match(match) for match in matches.matches],
        "contrary": [_match(match) for match in matches.contrary],
        "votes": dict(matches.votes),
        "nothing_similar": matches.is_far,
        "notes": list(matches.notes),
    }


def describe_model(model: ModelInfo) -> dict[str, Any]:
    """Which model it is, and what it ran on."""
    return {
        "name": model.name,
        "version": model.version,
        "sha256": model.sha256,
        "in_scan_sha256": model.in_scan_sha256 or None,
        "roles": list(model.roles),
        "training_data": model.training_data,
        "device": model.device,
        "license": model.license,
        "windows": [{"center_hu": w.center, "width_hu": w.width} for w in model.windows],
        "resampling": None
        if model.resampling is None
        else {
            "size_px": model.resampling.size_px,
            "spacing_mm": model.resampling.spacing_mm,
            "slab_mm": model.resampling.slab_mm,
        },
        "calibration": {
            "said": list(CURVE_SAID),
            "slices": _curve(model.slice_curve),
            "study": _curve(model.study_curve),
        },
    }


def _curve(curve: Curve) -> dict[str, list[float | None]]:
    return {
        name: [number(meant) for meant in column]
        for name, column in zip(PROBABILITY_COLUMNS, curve, strict=False)
    }


def number(value: float, digits: int = 4) -> float | None:
    """A JSON number; None (null) for NaN and infinities, which JSON does not know."""
    return round(float(value), digits) if isfinite(value) else None


def _priority(priority: Priority) -> dict[str, Any]:
    return {"urgency": priority.urgency.name.lower(), "reasons": list(priority.reasons)}


def _by_column(row: Any) -> dict[str, float | None]:
    return {name: number(p) for name, p in zip(PROBABILITY_COLUMNS, row, strict=True)}


def _lesion(lesion: Lesion) -> dict[str, Any]:
    return {
        "number": lesion.number,
        "type": lesion.kind.word,
        "volume_ml": number(lesion.volume_ml),
        "abc2_ml": number(lesion.abc2_ml),
        "diameter_mm": number(lesion.diameter_mm, 1),
        "thickness_mm": number(lesion.thickness_mm, 1),
        "first_slice": lesion.first_slice,
        "last_slice": lesion.last_slice,
        "largest_slice": lesion.largest_slice,
        "centroid_kji": [number(x, 2) for x in lesion.centroid_kji],
        "centroid_lps_mm": [number(x, 2) for x in lesion.centroid_lps_mm],
        "side": str(lesion.side),
        "site": lesion.site,
        "mean_hu": number(lesion.mean_hu, 1),
        "max_hu": number(lesion.max_hu, 1),
        "mirror_hu": number(lesion.mirror_hu, 1),
        "probability": number(lesion.probability),
        "agreement": number(lesion.agreement),
        "flags": list(lesion.flags),
        "signs": [
            {
                "name": sign.name,
                "detail": sign.detail,
                "slice": sign.slice,
                "voxel_kji": None if sign.voxel_kji is None else list(sign.voxel_kji),
            }
            for sign in lesion.signs
        ],
    }


def _shift(shift: MidlineShift | None) -> dict[str, Any] | None:
    """Positive to the patient's left."""
    if shift is None:
        return None
    return {"shift_mm": number(shift.shift_mm, 1), "slice": shift.slice}


def _match(match: Match) -> dict[str, Any]:
    case = match.case
    return {
        "case_id": case.case_id,
        "distance": number(match.distance),
        "percentile": number(match.percentile, 1),
        "discordant": match.is_discordant,
        "types": list(case.types),
        "volumes_ml": {kind: number(ml) for kind, ml in case.volumes_ml.items()},
        "side": case.side,
        "site": case.site,
        "label_source": case.label_source,
        "simulated": case.is_simulated,
        "age_band": case.age_band,
        "sex": case.sex,
        "note": case.note,
    }
