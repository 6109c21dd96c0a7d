"""Scans, findings and similar cases as plain text for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any

from ichviewer.analysis.atlas import site_words
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Findings,
    HemorrhageType,
    Lesion,
    MidlineShift,
    Sign,
)
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.dicom.study import ScanResult, Series
from ichviewer.language import figure, tr, tr_later, trn
from ichviewer.library.case import Match, Matches, label_source
from ichviewer.report.summary import DISCLAIMER

_SERIES_HEAD = (
    *(
        tr_later("key"),
        tr_later("no"),
        tr_later("modality"),
        tr_later("description"),
        tr_later("slices"),
        tr_later("matrix"),
    ),
    *(tr_later("spacing mm k×j×i"), tr_later("geometry"), tr_later("tilt °")),
)


_LESION_HEAD = (
    *(
        tr_later("lesion"),
        tr_later("type"),
        tr_later("prob."),
        "mL",
        "ABC/2",
        "mm",
        tr_later("thick mm"),
        tr_later("slices"),
        tr_later("side"),
        tr_later("site"),
    ),
    *(tr_later("mean HU"), tr_later("max HU"), tr_later("caution")),
)
_PROBABILITY_HEAD = (
    tr_later("hemorrhage"),
    tr_later("probability"),
    tr_later("threshold"),
    tr_later("answer"),
    "mL",
)
_MATCH_HEAD = (
    tr_later("case"),
    tr_later("distance"),
    tr_later("percentile"),
    tr_later("types"),
    "mL",
    tr_later("side"),
    tr_later("label"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest entry, two spaces apart; the heads are translated."""
    lines = [tuple(map(tr, head)), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def scan_text(scan: ScanResult) -> str:
    """Studies and series, what they may not be used for, and how much was skipped."""
    parts = []
    for study in scan.studies:
        parts.append(" ".join(filter(None, (tr("Study"), study.date, study.description))))
        parts.append(table(_SERIES_HEAD, map(_series_row, study.series)))
        for series in study.series:
            parts += [f"  {series.key[:8]}: {sentence}" for sentence in series.warnings]
            parts += [
                tr("  {key}: not for {use}: {why}", key=series.key[:8], use=tr(use), why=why)
                for use, why in series.refusals.items()
            ]
    skipped = ", ".join(
        tr("{count} {reason}", count=count, reason=tr(reason))
        for reason, count in scan.skipped_counts.items()
    )
    parts.append(
        trn(
            "{n} file; skipped: {skipped}.",
            "{n} files; skipped: {skipped}.",
            scan.file_count,
            skipped=skipped or tr("none"),
        )
    )
    return "\n".join(parts)


def evaluation_text(described: Mapping[str, Any]) -> str:
    """The main numbers of an evaluation, with what must be said of them."""
    counts, segmentation = described["counts"], described["segmentation"]
    head = (
        tr_later("type"),
        tr_later("with"),
        tr_later("without"),
        "AUC",
        tr_later("sensitivity"),
        tr_later("specificity"),
        "Dice",
    )
    rows = []
    for name in PROBABILITY_COLUMNS:
        one, overlap = described["detection"][name], segmentation["classes"][name]
        numbers = (one["auc"], one["sensitivity"], one["specificity"], overlap["dice_mean"])
        shown = ("–" if value is None else figure(value, ".3f") for value in numbers)
        rows.append((tr(name), str(one["positives"]), str(one["negatives"]), *shown))
    macro = segmentation["macro_dice"]
    return "\n".join(
        [
            tr(described["disclaimer"]),
            tr(
                "{images} images, {with_mask} with masks, {refused} of them refused by the gate "
                "but counted; {point} operating point.",
                images=counts["images"],
                with_mask=counts["with_mask"],
                refused=counts["refused_by_the_gate"],
                point=tr(described["operating_point"]),
            ),
            table(head, rows),
            tr(
                "Mean Dice of the types: {dice}",
                dice="–" if macro is None else figure(macro, ".3f"),
            ),
            *described["notes"],
        ]
    )


def findings_text(findings: Findings) -> str:
    """The gate's answer, probabilities, lesions, models and notes."""
    parts = [tr(DISCLAIMER), _gate(findings)]
    if findings.models:
        parts.append(tr("Operating point: {point}.", point=tr(findings.operating_point)))
        parts.append(_probabilities(findings))
    if findings.lesions:
        parts.append(table(_LESION_HEAD, map(_lesion_row, findings.lesions)))
        parts += [_sign(lesion, sign) for lesion in findings.lesions for sign in lesion.signs]
    if findings.midline_shift is not None:
        parts.append(_shift(findings.midline_shift))
    parts += [
        tr(
            "Model {name} {version} on {device}; trained on {training_data}",
            name=model.name,
            version=model.version,
            device=model.device,
            training_data=model.training_data,
        )
        for model in findings.models
    ]
    parts += findings.notes
    return "\n".join(part.rstrip() for part in parts)


def matches_text(matches: Matches) -> str:
    """The similar cases and the votes."""
    parts = [tr(DISCLAIMER)]
    if matches.is_far:
        parts.append(tr("No similar case in this library: even the nearest is far."))
    parts.append(table(_MATCH_HEAD, map(_match_row, matches.matches)))
    votes = ", ".join(f"{count} {tr(word)}" for word, count in matches.votes.items())
    parts.append(
        tr("Of the ten nearest: {votes}.", votes=votes) if votes else tr("The library is empty.")
    )
    parts += matches.notes
    return "\n".join(parts)


def models_text(models: Sequence[ModelInfo]) -> str:
    """The installed models."""
    head = (
        tr_later("model"),
        tr_later("version"),
        tr_later("roles"),
        "sha256",
        tr_later("trained on"),
    )
    rows = [(m.name, m.version, ", ".join(m.roles), m.sha256[:12], m.training_data) for m in models]
    return table(head, rows)


def _gate(findings: Findings) -> str:
    words = tr("Input {words}.", words=tr(findings.gate.answer.words))
    return f"{words} {' '.join(findings.gate.reasons)}"


def _sign(lesion: Lesion, sign: Sign) -> str:
    return tr(
        "Lesion {number}, slice {slice}: {sign} ({detail}).",
        number=lesion.number,
        slice=sign.slice + 1,
        sign=tr(sign.name),
        detail=sign.detail,
    )


def _shift(shift: MidlineShift) -> str:
    if abs(shift.shift_mm) < 1:
        return tr("Midline shift: less than 1 mm, on slice {slice}.", slice=shift.slice + 1)
    return tr(
        "Midline shift: {shift_mm:.1f} mm to the {side}, on slice {slice}.",
        shift_mm=abs(shift.shift_mm),
        side=tr("left") if shift.shift_mm > 0 else tr("right"),
        slice=shift.slice + 1,
    )


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
        tr(series.geometry),
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
                tr(name),
                _number(probability, 3),
                _number(threshold, 3),
                tr(findings.answers[column]) if findings.answers else "",
                _number(findings.volume_ml(kind), 1),
            )
        )
    return table(_PROBABILITY_HEAD, rows)


def _lesion_row(lesion: Lesion) -> tuple[str, ...]:
    return (
        str(lesion.number),
        tr(lesion.kind.word),
        _number(lesion.probability, 2),
        _number(lesion.volume_ml, 1),
        _number(lesion.abc2_ml, 1),
        _number(lesion.diameter_mm, 0),
        _number(lesion.thickness_mm, 0),
        f"{lesion.first_slice + 1}–{lesion.last_slice + 1}",
        tr(lesion.side),
        site_words(lesion.site),
        _number(lesion.mean_hu, 0),
        _number(lesion.max_hu, 0),
        ", ".join(map(tr, lesion.flags)),
    )


def _match_row(match: Match) -> tuple[str, ...]:
    case = match.case
    return (
        case.case_id,
        _number(match.distance, 3),
        _number(match.percentile, 0),
        ", ".join(map(tr, case.types)) or tr("none"),
        _number(sum(case.volumes_ml.values()), 1),
        tr(case.side),
        tr("{source}, simulated", source=label_source(case.label_source))
        if case.is_simulated
        else label_source(case.label_source),
    )


def _number(value: float, digits: int) -> str:
    return "–" if isnan(value) else figure(value, f".{digits}f")
