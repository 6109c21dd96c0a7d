"""What has changed between two series: volumes and lengths, in words a reader can check."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, nan

from ichviewer.analysis.findings import HemorrhageType, Lesion, MidlineShift
from ichviewer.comparison.alignment import Alignment
from ichviewer.language import tr, tr_later

#: Hematoma expansion: growth by more than 6 mL or by more than 33 % (Dowlatshahi et al. 2011,
#: Neurology 76:1238). Defined for intracerebral hematoma between first and follow-up CT.
EXPANSION_ML = 6.0
EXPANSION_SHARE = 0.33


class Trend(StrEnum):
    """What became of a lesion or a type; `tr` says the word on screen."""

    NEW = tr_later("new")
    GONE = tr_later("gone")
    GROWN = tr_later("grown")
    SHRUNK = tr_later("shrunk")
    STABLE = tr_later("stable")
    NOT_COVERED = tr_later("not in the other scan")
    UNKNOWN = tr_later("not measured")


@dataclass(frozen=True)
class Amount:
    """A volume then and now.

    Parameters
    ----------
    prior_ml, current_ml
        0 where there was none; NaN where it could not be measured.
    uncertainty_ml
        Of the change; smaller changes are no change.
    """

    prior_ml: float
    current_ml: float
    uncertainty_ml: float

    @property
    def change_ml(self) -> float:
        """Current less prior."""
        return self.current_ml - self.prior_ml

    @property
    def change_share(self) -> float:
        """Change by the prior volume; NaN where there was none."""
        return self.change_ml / self.prior_ml if self.prior_ml > 0 else nan

    @property
    def exceeds_rule(self) -> bool:
        """Whether the numbers are beyond the rule for expansion, certain or not."""
        return self.change_ml > EXPANSION_ML or self.change_share > EXPANSION_SHARE

    @property
    def is_certain(self) -> bool:
        """Whether the change is larger than its uncertainty."""
        return abs(self.change_ml) > self.uncertainty_ml

    @property
    def trend(self) -> Trend:
        """New, gone, grown, shrunk or stable."""
        if not isfinite(self.change_ml):
            return Trend.UNKNOWN
        if self.prior_ml == 0 and self.current_ml > 0:
            return Trend.NEW
        if self.current_ml == 0 and self.prior_ml > 0:
            return Trend.GONE
        if not self.is_certain:
            return Trend.STABLE
        return Trend.GROWN if self.change_ml > 0 else Trend.SHRUNK

    @property
    def is_expansion(self) -> bool:
        """Grown, or new, beyond the rule and beyond the uncertainty."""
        return self.exceeds_rule and self.is_certain

    def rule_words(self) -> str:
        """What the rule for expansion says; empty where it says nothing."""
        if not self.exceeds_rule:
            return ""
        if not self.is_certain:
            return tr("beyond the rule, but within the measuring uncertainty")
        reasons = []
        if self.change_ml > EXPANSION_ML:
            reasons.append(tr("more than {ml:.0f} mL", ml=EXPANSION_ML))
        if self.change_share > EXPANSION_SHARE:
            reasons.append(tr("more than {percent:.0f} %", percent=100 * EXPANSION_SHARE))
        return tr("GROWTH: {reasons}", reasons=tr(" and ").join(reasons))


@dataclass(frozen=True)
class TypeChange:
    """One hemorrhage type, or all of them where `kind` is None."""

    kind: HemorrhageType | None
    amount: Amount


@dataclass(frozen=True)
class LesionChange:
    """One lesion then and now.

    Parameters
    ----------
    kind
        Of all of them.
    prior, current
        The lesion in each series; several where lesions joined or parted, none where it is new
        or gone.
    amount
        Their volumes, added.
    trend
        As the amount says, except where the other scan does not show the place.
    """

    kind: HemorrhageType
    prior: tuple[Lesion, ...]
    current: tuple[Lesion, ...]
    amount: Amount
    trend: Trend

    @property
    def diameter_mm(self) -> tuple[float, float]:
        """Largest in-plane diameter, prior and current; NaN where there is none."""
        return _largest(self.prior, "diameter_mm"), _largest(self.current, "diameter_mm")

    @property
    def thickness_mm(self) -> tuple[float, float]:
        """Of an epidural or subdural collection, prior and current; NaN for others."""
        return _largest(self.prior, "thickness_mm"), _largest(self.current, "thickness_mm")

    @property
    def is_expansion(self) -> bool:
        """Whether it grew by the rule; never where the other scan does not show the place."""
        return self.trend is not Trend.NOT_COVERED and self.amount.is_expansion


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that has changed from the prior to the current series.

    Parameters
    ----------
    prior_uid, current_uid
        SeriesInstanceUID of both.
    alignment
        How they lie to each other.
    interval
        Time between them in words; empty where unknown.
    is_read
        Whether the models read both series; else nothing is known of changes.
    types
        All together, then the types that either series shows; empty where not read.
    lesions
        By falling volume; empty where not read or the alignment was refused.
    prior_shift, current_shift
        Midline shift; None where it could not be measured.
    warnings
        Sentences that a reader must not miss: patients, order, refusals, what could not be seen.
    """

    prior_uid: str
    current_uid: str
    alignment: Alignment
    interval: str
    is_read: bool
    types: tuple[TypeChange, ...]
    lesions: tuple[LesionChange, ...]
    prior_shift: MidlineShift | None
    current_shift: MidlineShift | None
    warnings: tuple[str, ...] = ()

    @property
    def is_expansion(self) -> bool:
        """Whether a lesion, a type or all together grew by the rule."""
        return any(one.is_expansion for one in self.lesions) or any(
            one.amount.is_expansion for one in self.types
        )


def _largest(lesions: tuple[Lesion, ...], name: str) -> float:
    known = [value for one in lesions if isfinite(value := getattr(one, name))]
    return max(known, default=nan)
