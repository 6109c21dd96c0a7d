"""A comparison with a prior series as text and as plain values ready for JSON."""

from math import isfinite
from typing import Any

from ichviewer.analysis.findings import Lesion, MidlineShift
from ichviewer.comparison.alignment import Alignment
from ichviewer.comparison.change import Amount, Comparison, LesionChange, TypeChange
from ichviewer.language import figure, tr, tr_later
from ichviewer.report.summary import DISCLAIMER, number
from ichviewer.report.table import table

RULE = tr_later(
    "Growth rule: more than 6 mL or more than 33 % (Dowlatshahi et al. 2011, Neurology 76:1238; "
    "defined for intracerebral hematoma, for other types an orientation only)."
)
UNCERTAINTY = tr_later(
    "± is what half a pixel of outline and half-filled end slices make of both volumes; smaller "
    "changes are called stable. Mistakes of the models come on top: look at both outlines. Two "
    "experts outlining one hematoma may differ by 5.8 mL (minimum detectable difference, "
    "Rodriguez-Luna et al. 2016, Stroke)."
)
CHANGE_HEAD = (
    tr_later("prior mL"),
    tr_later("current mL"),
    tr_later("change mL"),
    "±",
    "%",
    tr_later("trend"),
    tr_later("rule"),
)
LESION_HEAD = (
    *(tr_later("prior"), tr_later("current"), tr_later("type")),
    *CHANGE_HEAD[:-1],
    *(tr_later("diameter mm"), tr_later("thick mm"), tr_later("rule")),
)

_PRIOR_SIGN = tr_later("Prior lesion {number}, slice {slice}: {sign} ({detail}).")
_CURRENT_SIGN = tr_later("Current lesion {number}, slice {slice}: {sign} ({detail}).")


def changes_text(comparison: Comparison) -> str:
    """Alignment, changes by type and lesion, midline shift, signs and warnings."""
    between = (
        tr("Time between: {interval}.", interval=comparison.interval) if comparison.interval else ""
    )
    parts = [tr(DISCLAIMER), *comparison.warnings, comparison.alignment.sentence(), between]
    if comparison.types:
        parts.append(table((tr_later("type"), *CHANGE_HEAD), map(type_row, comparison.types)))
    if comparison.lesions:
        parts.append(table(LESION_HEAD, map(lesion_row, comparison.lesions)))
    parts += [shift_sentence(comparison), *sign_sentences(comparison)]
    parts += [growth_sentence(comparison), tr(RULE), tr(UNCERTAINTY)]
    return "\n".join(part for part in parts if part)


def growth_sentence(comparison: Comparison) -> str:
    """The verdict of the growth rule, for all to see."""
    if not comparison.is_read:
        return tr("Changes are not known: the models did not read both series.")
    if comparison.is_expansion:
        return tr("GROWTH by the rule: see the rows marked so.")
    amounts = [one.amount for one in comparison.types]
    amounts += [one.amount for one in comparison.lesions]
    if any(amount.exceeds_rule for amount in amounts):
        return tr("No certain growth: the rule is met within the measuring uncertainty only.")
    return tr("No growth by the rule; not a clearance.")


def shift_sentence(comparison: Comparison) -> str:
    """Midline shift then and now; empty where neither was measured."""
    before, after = comparison.prior_shift, comparison.current_shift
    if before is None and after is None:
        return ""
    change = ""
    if before is not None and after is not None:
        # Both are signed to the patient's left: a shift that changes sides adds up.
        change = tr(
            " (change {change_mm:+.1f} mm, + is to the left)",
            change_mm=after.shift_mm - before.shift_mm,
        )
    return tr(
        "Midline shift: prior {prior}, current {current}{change}.",
        prior=_shift_words(before),
        current=_shift_words(after),
        change=change,
    )


def sign_sentences(comparison: Comparison) -> list[str]:
    """Signs of expansion, as analysis found them on either series."""
    return [
        tr(
            sentence,
            number=lesion.number,
            slice=sign.slice + 1,
            sign=tr(sign.name),
            detail=sign.detail,
        )
        for sentence, of in ((_PRIOR_SIGN, "prior"), (_CURRENT_SIGN, "current"))
        for change in comparison.lesions
        for lesion in getattr(change, of)
        for sign in lesion.signs
    ]


def type_row(change: TypeChange) -> tuple[str, ...]:
    """Words for `("type", *CHANGE_HEAD)`."""
    amount = change.amount
    name = tr(change.kind.word if change.kind else tr_later("all"))
    return name, *_amount_words(amount), tr(amount.trend), amount.rule_words()


def lesion_row(change: LesionChange) -> tuple[str, ...]:
    """Words for `LESION_HEAD`."""
    rule = change.amount.rule_words() if change.trend is change.amount.trend else ""
    return (
        numbers_of(change.prior),
        numbers_of(change.current),
        tr(change.kind.word),
        *_amount_words(change.amount),
        tr(change.trend),
        _pair(change.diameter_mm),
        _pair(change.thickness_mm),
        rule,
    )


def numbers_of(lesions: tuple[Lesion, ...]) -> str:
    """The lesions' numbers on their own series, as "1+3"; a dash for none."""
    return "+".join(str(lesion.number) for lesion in lesions) or "–"


def describe_comparison(comparison: Comparison) -> dict[str, Any]:
    """All that has changed."""
    return {
        "disclaimer": DISCLAIMER,
        "prior_series_uid": comparison.prior_uid,
        "current_series_uid": comparison.current_uid,
        "interval": comparison.interval,
        "warnings": list(comparison.warnings),
        "alignment": describe_alignment(comparison.alignment),
        "growth": comparison.is_expansion if comparison.is_read else None,
        "types": [
            {"type": one.kind.word if one.kind else "all", **_described(one.amount)}
            for one in comparison.types
        ],
        "lesions": [_lesion(change) for change in comparison.lesions],
        "midline_shift_mm": {
            "prior": _shift_mm(comparison.prior_shift),
            "current": _shift_mm(comparison.current_shift),
        },
        "signs": sign_sentences(comparison),
        "rule": RULE,
        "uncertainty": UNCERTAINTY,
    }


def describe_alignment(alignment: Alignment) -> dict[str, Any]:
    """How the series lie to each other; the matrix moves current to prior LPS mm."""
    fit = alignment.quality
    motion = alignment.motion
    rows = [[*row, shift] for row, shift in zip(motion.rotation, motion.shift_lps_mm, strict=True)]
    return {
        "sentence": alignment.sentence(),
        "grade": str(alignment.grade),
        "reason": alignment.reason,
        "current_to_prior_lps_mm": [[round(float(v), 6) for v in row] for row in rows]
        + [[0.0, 0.0, 0.0, 1.0]],
        "center_lps_mm": [number(v, 2) for v in alignment.center_lps_mm],
        "shift_mm": number(motion.moves_by_mm(alignment.center_lps_mm), 2),
        "turn_deg": number(motion.angle_deg, 2),
        "skull_mm": number(fit.skull_mm, 2) if fit else None,
        "skull_95_mm": number(fit.skull_95_mm, 2) if fit else None,
        "shared": number(fit.shared, 3) if fit else None,
        "correlation": number(fit.correlation) if fit else None,
    }


def _described(amount: Amount) -> dict[str, Any]:
    return {
        "prior_ml": number(amount.prior_ml),
        "current_ml": number(amount.current_ml),
        "change_ml": number(amount.change_ml),
        "uncertainty_ml": number(amount.uncertainty_ml),
        "change_share": number(amount.change_share),
        "trend": str(amount.trend),
        "growth": amount.is_expansion,
        "rule": amount.rule_words(),
    }


def _lesion(change: LesionChange) -> dict[str, Any]:
    return {
        "type": change.kind.word,
        "prior_lesions": [lesion.number for lesion in change.prior],
        "current_lesions": [lesion.number for lesion in change.current],
        **_described(change.amount),
        "trend": str(change.trend),
        "growth": change.is_expansion,
        "diameter_mm": [number(mm, 1) for mm in change.diameter_mm],
        "thickness_mm": [number(mm, 1) for mm in change.thickness_mm],
    }


def _amount_words(amount: Amount) -> tuple[str, ...]:
    share = amount.change_share
    return (
        _number(amount.prior_ml),
        _number(amount.current_ml),
        figure(amount.change_ml, "+.1f") if isfinite(amount.change_ml) else "–",
        _number(amount.uncertainty_ml),
        f"{100 * share:+.0f}" if isfinite(share) else "–",
    )


def _pair(values_mm: tuple[float, float]) -> str:
    if not any(map(isfinite, values_mm)):
        return "–"
    return " → ".join(f"{mm:.0f}" if isfinite(mm) else "–" for mm in values_mm)


def _shift_words(shift: MidlineShift | None) -> str:
    if shift is None:
        return tr("not measured")
    side = tr("left") if shift.shift_mm > 0 else tr("right")
    return tr("{shift_mm:.1f} mm to the {side}", shift_mm=abs(shift.shift_mm), side=side)


def _shift_mm(shift: MidlineShift | None) -> float | None:
    return number(shift.shift_mm, 1) if shift else None


def _number(value: float) -> str:
    return figure(value, ".1f") if isfinite(value) else "–"
