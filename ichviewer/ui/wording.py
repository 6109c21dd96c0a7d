"""How values are worded on the screen: short, plain, with units and reservations."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import Answer, Findings, GateAnswer, HemorrhageType, Lesion
from ichviewer.dicom.study import Permission, ScanResult, Series, Study
from ichviewer.imaging.grid import (
    REGULAR_TOLERANCE_MM,
    TILT_TOLERANCE_DEG,
    GeometryClass,
    Grid,
)
from ichviewer.imaging.window import Window
from ichviewer.language import figure, tr, tr_later, trn

_GEOMETRY_WORDS = {
    GeometryClass.IRREGULAR: tr_later("uneven"),
    GeometryClass.GAPPED: tr_later("gaps"),
    GeometryClass.NO_GEOMETRY: tr_later("no positions"),
}
_USE_WORDS = {
    Permission.VIEW: tr_later("images"),
    Permission.HU: "HU",
    Permission.MPR: tr_later("reformats"),
    Permission.VOLUMETRY: "mL",
    Permission.AI: tr_later("AI"),
}
NOT_FOR_DIAGNOSIS = tr_later("AI result, not for primary diagnosis")


def missing(count: int) -> str:
    """`1 slice missing`, `2 slices missing`."""
    return trn("{n} slice missing", "{n} slices missing", count)


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return tr(" and ").join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def window_lines(window: Window) -> tuple[str, str]:
    """`Brain` and `W 80  C 40`."""
    name = capital(tr(window.name or tr_later("own window")))
    return name, tr("W {width:.0f}  C {center:.0f}", width=window.width, center=window.center)


def position_text(lps_mm: tuple[float, float, float]) -> str:
    """`L 12.3  P 4.0  H 56.7 mm`: patient directions instead of signs."""
    pairs = zip(lps_mm, (("L", "R"), ("P", "A"), ("H", "F")), strict=True)
    shown = (f"{a if v >= 0 else b} {figure(abs(v), '.1f')}" for v, (a, b) in pairs)
    return "  ".join(shown) + " mm"


def millilitres(volume_ml: float) -> str:
    """mL with three figures where they mean something; a dash where unknown."""
    if math.isnan(volume_ml):
        return "–"
    return figure(volume_ml, ".2f" if volume_ml < 1 else ".1f")


def percent(probability: float) -> str:
    """Whole per cent, unbreakable; never 0 or 100 unless it is exactly that."""
    if math.isnan(probability):
        return "–"
    shown = f"{round(100 * probability)}"
    if shown == "0" and probability > 0:
        shown = "<1"
    elif shown == "100" and probability < 1:
        shown = ">99"
    return f"{shown}\N{NO-BREAK SPACE}%"


def slice_range(lesion: Lesion) -> str:
    """The slices of a lesion as the corner text counts them, from 1."""
    first, last = lesion.first_slice + 1, lesion.last_slice + 1
    return f"{first}" if first == last else f"{first}–{last}"


def fidelity(grid: Grid) -> tuple[str, ...]:
    """What was done to show these slices upright, quantified; empty for a regular stack."""
    if grid.geometry is GeometryClass.NO_GEOMETRY:
        return (tr("no positions in the files"),)
    if grid.geometry is GeometryClass.SINGLE:
        return (tr("single slice"),)
    said = []
    if grid.tilt_deg > TILT_TOLERANCE_DEG:
        said.append(tr("tilt corrected {angle:.1f}°", angle=grid.tilt_deg))
    low, high = float(grid.gaps_mm.min()), float(grid.gaps_mm.max())
    if grid.geometry is GeometryClass.GAPPED:
        said.append(missing(int(grid.missing_slices.sum())))
    elif high - low > max(REGULAR_TOLERANCE_MM, 0.01 * high):
        said.append(tr("uneven spacing {low:.2f}–{high:.2f} mm", low=low, high=high))
    return tuple(said)


def study_title(study: Study) -> str:
    """Who the study is about; a picture is called by its file."""
    if study.is_picture:
        return study.series[0].description
    return study.patient_name or study.patient_id or tr("Unnamed patient")


def study_subtitle(study: Study) -> str:
    """Sex, age, date and description, as far as the files say."""
    person = " ".join(x for x in (study.patient_sex, study.patient_age) if x)
    return " · ".join(x for x in (person, study.date, study.description) if x)


def series_title(series: Series) -> str:
    """Number and description."""
    number = "" if series.number is None else f"{series.number}  "
    return number + (
        series.description or tr("{modality} without description", modality=series.modality)
    )


def series_subtitle(series: Series) -> str:
    """How many images, how far apart, and what is special about their positions."""
    parts = [trn("{n:,} image", "{n:,} images", len(series.instances))]
    k_mm = series.spacing_mm[0]
    if len(series.instances) > 1 and not math.isnan(k_mm):
        parts.append(f"{figure(k_mm, '.0f' if round(k_mm, 2) == round(k_mm) else '.2f')} mm")
    if not math.isnan(series.tilt_deg) and abs(series.tilt_deg) > TILT_TOLERANCE_DEG:
        parts.append(tr("tilt {angle:.1f}°", angle=abs(series.tilt_deg)))
    if series.geometry not in (GeometryClass.REGULAR, GeometryClass.TILTED):
        parts.append(tr(_GEOMETRY_WORDS.get(series.geometry, series.geometry)))
    if series.missing_slices:
        parts.append(tr("{n} missing", n=series.missing_slices))
    return " · ".join(parts)


def series_limits(series: Series) -> str:
    """What the series may not be used for, in a few words."""
    if series.permits(Permission.VIEW):
        barred = [tr(_USE_WORDS[use]) for use in Permission if not series.permits(use)]
        return "" if not barred else tr("no {uses}", uses=listed(barred))
    return tr("cannot be shown")


def skipped_text(scan: ScanResult) -> str:
    """How many files were left aside, and why."""
    counts = {reason: n for reason, n in scan.skipped_counts.items() if n}
    if not counts:
        return ""
    reasons = ", ".join(f"{n:,} {tr(reason)}" for reason, n in counts.items())
    return trn(
        "{n:,} file skipped: {reasons}",
        "{n:,} files skipped: {reasons}",
        sum(counts.values()),
        reasons=reasons,
    )


def looking_through(paths: tuple[Path, ...]) -> str:
    """What is being opened, the first by name."""
    name = paths[0].name or paths[0]
    if len(paths) == 1:
        return tr("Looking through {name}", name=name)
    return tr("Looking through {name} and {n:,} more", name=name, n=len(paths) - 1)


def without_image_text(paths: tuple[Path, ...]) -> str:
    """Which of several opened paths gave nothing, three by name."""
    named = [path.name or str(path) for path in paths[:3]]
    more = [tr("{n:,} more", n=len(paths) - 3)] if len(paths) > 3 else []
    return tr("No image could be read from {names}.", names=listed(named + more))


def headline(findings: Findings) -> str:
    """The one sentence at the head of the findings."""
    if findings.gate.answer is GateAnswer.REFUSED:
        return tr("Not read by the AI")
    if findings.is_any_found:
        return _found(findings)
    names = model_names(findings)
    if _is_uncertain(findings, 0):
        return tr(
            "No finding by {models}, yet hemorrhage is uncertain; not a clearance", models=names
        )
    return tr("No finding by {models}; not a clearance", models=names)


def _found(findings: Findings) -> str:
    """What reached the operating point, as surely as the model's own words are."""
    unsure = [kind for kind in findings.found_types if _is_uncertain(findings, kind)]
    doubtful = listed([tr(kind.word) for kind in unsure])
    sure = [tr(kind.word) for kind in findings.found_types if kind not in unsure]
    if _is_uncertain(findings, 0):
        if unsure:
            return tr("Possible {types} hemorrhage, uncertain", types=doubtful)
        return tr("Possible hemorrhage, uncertain; type undecided")
    if unsure:
        found = _suspected(sure) if sure else tr("Hemorrhage suspected")
        return tr("{found}; {types} uncertain", found=found, types=doubtful)
    return _suspected(sure) if sure else tr("Hemorrhage suspected, type undecided")


def _suspected(types: list[str]) -> str:
    return capital(tr("{types} hemorrhage suspected", types=listed(types)))


def _is_uncertain(findings: Findings, column: int) -> bool:
    """Whether the model abstains on a type, or on any hemorrhage (0)."""
    return bool(findings.answers) and findings.answers[column] is Answer.UNCERTAIN


def model_names(findings: Findings) -> str:
    """Names and versions of the models that spoke."""
    names = dict.fromkeys(f"{model.name} {model.version}" for model in findings.models)
    return ", ".join(names) or tr("the model")


def devices(findings: Findings) -> str:
    """The devices really used."""
    return ", ".join(dict.fromkeys(model.device for model in findings.models if model.device))


def lesion_sentence(lesion: Lesion) -> str:
    """All that is known about one lesion, for the line below the table."""
    said = [
        f"{capital(tr(lesion.kind.word))}, {tr(lesion.side)}",
        tr(
            "{volume} mL, largest diameter {diameter:.0f} mm",
            volume=millilitres(lesion.volume_ml),
            diameter=lesion.diameter_mm,
        ),
        tr(
            "mean {mean:.0f} HU, highest {highest:.0f} HU",
            mean=lesion.mean_hu,
            highest=lesion.max_hu,
        ),
        tr("probability {share}", share=percent(lesion.probability)),
    ]
    if not math.isnan(lesion.abc2_ml):
        said[1] += tr(", by ABC/2 {volume} mL", volume=millilitres(lesion.abc2_ml))
    if not math.isnan(lesion.agreement):
        said.append(tr("second reader agrees on {share}", share=percent(lesion.agreement)))
    if lesion.flags:
        said.append(tr("caution: {flags}", flags=", ".join(map(tr, lesion.flags))))
    return "; ".join(said) + "."


def decided_types(findings: Findings, k: int) -> tuple[HemorrhageType, ...]:
    """The types whose probability on a slice reaches the slices' operating point."""
    row, points = findings.slice_probability[k], slice_points(findings)
    return tuple(kind for kind in HemorrhageType if row[kind] >= points[kind])


def slice_points(findings: Findings) -> NDArray[np.float32]:
    """(6,) operating points of single slices; the study's where slices have none of their own."""
    own = findings.slice_thresholds
    return findings.thresholds if own is None else own


def slice_tip(findings: Findings, k: int) -> str:
    """What the slice strip says about a slice."""
    row = findings.slice_probability[k]
    decided = [f"{tr(x.word)} {percent(float(row[x]))}" for x in decided_types(findings, k)]
    said = tr("Slice {number}: any hemorrhage {share}", number=k + 1, share=percent(float(row[0])))
    return "; ".join([said, ", ".join(decided)]) if decided else said
