"""Scans, findings and similar cases as plain text for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any

from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Findings,
    HemorrhageType,
    Lesion,
    MidlineShift,
    ModelInfo,
    Sign,
)
from ichviewer.dicom.study import ScanResult, Series
from ichviewer.library.case import Match, Matches
from ichviewer.report.summary import DISCLAIMER

_SERIES_HEAD = (
    *("key", "no", "modality", "description", "slices", "matrix"),
    *("spacing mm k×j×i", "geometry", "tilt °"),
)


_LESION_HEAD = (
    *("lesion", "type", "mL", "ABC/2", "mm", "thick mm", "slices", "side", "site"),
    *("mean HU", "max HU", "caution"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest entry, two spaces apart."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def scan_text(scan: ScanResult) -> str:
    """Studies and series, what they may not be used for, and how much was skipped."""
    parts = []
    for study in scan.studies:
        parts.append(" ".join(filter(None, ("Study", study.date, study.description))))
        parts.append(table(_SERIES_HEAD, map(_series_row, study.series)))
        for series in study.series:
            parts += [f"  {series.key[:8]}: {sentence}" for sentence in series.warnings]
            parts += [
                f"  {series.key[:8]}: not for {use}: {why}" for use, why in series.refusals.items()
            ]
    skipped = ", ".join(f"{count} {reason}" for reason, count in scan.skipped_counts.items())
    parts.append(f"{scan.file_count} files; skipped: {skipped or 'none'}.")
    return "\n".join(parts)


def evaluation_text(described: Mapping[str, Any]) -> str:
    """The main numbers of an evaluation, with what must be said of them."""
    counts, segmentation = described["counts"], described["segmentation"]
    head = ("type", "with", "without", "AUC", "sensitivity", "specificity", "Dice")
    rows = []
    for name in PROBABILITY_COLUMNS:
        one, overlap = described["detection"][name], segmentation["classes"][name]
        numbers = (one["auc"], one["sensitivity"], one["specificity"], overlap["dice_mean"])
        shown = ("–" if value is None else f"{value:.3f}" for value in numbers)
        rows.append((name, str(one["positives"]), str(one["negatives"]), *shown))
    macro = segmentation["macro_dice"]
    return "\n".join(
        [
            described["disclaimer"],
            f"{counts['images']} images, {counts['with_mask']} with masks, "
            f"{counts['refused_by_the_gate']} of them refused by the gate but counted; "
            f"{described['operating_point']} operating point.",
            table(head, rows),
            f"Mean Dice of the types: {'–' if macro is None else f'{macro:.3f}'}",
            *described["notes"],
        ]
    )


def findings_text(findings: Findings) -> str:
    """The gate's answer, probabilities, lesions, models and notes."""
    parts = [DISCLAIMER, _gate(findings)]
    if findings.models:
        parts.append(f"Operating point: {findings.operating_point}.")
        parts.append(_probabilities(findings))
    if findings.lesions:
        parts.append(table(_LESION_HEAD, map(_lesion_row, findings.lesions)))
        parts += [_sign(lesion, sign) for lesion in findings.lesions for sign in lesion.signs]
    if findings.midline_shift is not None:
        parts.append(_shift(findings.midline_shift))
    parts += [
        f"Model {model.name} {model.version} on {model.device}; trained on {model.training_data}"
        for model in findings.models
    ]
    parts += findings.notes
    return "\n".join(part.rstrip() for part in parts)


def matches_text(matches: Matches) -> str:
    """The similar cases and the votes."""
    parts = [DISCLAIMER]
    if matches.is_far:
        parts.append("No similar case in this library: even the nearest is far.")
    head = ("case", "distance", "percentile", "types", "mL", "side", "label")
    parts.append(table(head, map(_match_row, matches.matches)))
    votes = ", ".join(f"{count} {word}" for word, count in matches.votes.items())
    parts.append(f"Of the ten nearest: {votes}." if votes else "The library is empty.")
    parts += matches.notes
    return "\n".join(parts)


def models_text(models: Sequence[ModelInfo]) -> str:
    """The installed models."""
    head = ("model", "version", "roles", "sha256", "trained on")
    rows = [(m.name, m.version, ", ".join(m.roles), m.sha256[:12], m.training_data) for m in models]
    return table(head, rows)


def _gate(findings: Findings) -> str:
    words = findings.gate.answer.words
    return f"Input {words}. {' '.join(findings.gate.reasons)}"


def _sign(lesion: Lesion, sign: Sign) -> str:
    return f"Lesion {lesion.number}, slice {sign.slice + 1}: {sign.name} ({sign.detail})."


def _shift(shift: MidlineShift) -> str:
    if abs(shift.shift_mm) < 1:
        return f"Midline shift: less than 1 mm, on slice {shift.slice + 1}."
    side = "left" if shift.shift_mm > 0 else "right"
    return f"Midline shift: {abs(shift.shift_mm):.1f} mm to the {side}, on slice {shift.slice + 1}."


def _series_row(series: Series) -> tuple[str, ...]:
    known = not isnan(series.spacing_mm[0])
    spacing = "×".join(
        _number(mm, 2 if axis == 0 else 3) for axis, mm in enumerate(series.spacing_mm)
    )
    return (
        series.key[:8],
        "" if series.number is None else str(series.number),
        series.modality,
        series.description[:40],
        str(len(series.instances)),
        f"{series.rows}×{series.columns}",
        spacing,
        str(series.geometry),
        _number(series.tilt_deg, 1) if known else "–",
    )


def _probabilities(findings: Findings) -> str:
    rows = []
    for column, name in enumerate(PROBABILITY_COLUMNS):
        probability = float(findings.study_probability[column])
        threshold = float(findings.thresholds[column])
        kind = HemorrhageType(column) if column else None
        rows.append(
            (
                name,
                _number(probability, 3),
                _number(threshold, 3),
                str(findings.answers[column]) if findings.answers else "",
                _number(findings.volume_ml(kind), 1),
            )
        )
    return table(("hemorrhage", "probability", "threshold", "answer", "mL"), rows)


def _lesion_row(lesion: Lesion) -> tuple[str, ...]:
    return (
        str(lesion.number),
        lesion.kind.word,
        _number(lesion.volume_ml, 1),
        _number(lesion.abc2_ml, 1),
        _number(lesion.diameter_mm, 0),
        _number(lesion.thickness_mm, 0),
        f"{lesion.first_slice + 1}–{lesion.last_slice + 1}",
        str(lesion.side),
        lesion.site,
        _number(lesion.mean_hu, 0),
        _number(lesion.max_hu, 0),
        ", ".join(lesion.flags),
    )


def _match_row(match: Match) -> tuple[str, ...]:
    case = match.case
    return (
        case.case_id,
        _number(match.distance, 3),
        _number(match.percentile, 0),
        ", ".join(case.types) or "none",
        _number(sum(case.volumes_ml.values()), 1),
        case.side,
        f"{case.label_source}{', simulated' if case.is_simulated else ''}",
    )


def _number(value: float, digits: int) -> str:
    return "–" if isnan(value) else f"{value:.{digits}f}"
