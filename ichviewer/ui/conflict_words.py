"""How a conflict between reader and AI is worded: what each says, and what was measured."""

import math

from ichviewer.analysis.atlas import site_words
from ichviewer.analysis.findings import Findings, HemorrhageType, Lesion
from ichviewer.analysis.mid_plane import Midline
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, trn
from ichviewer.reading.conflict import Conflict, Density, density_of_drawn
from ichviewer.reading.mask_edit import EditedLesions
from ichviewer.reading.record import Presence
from ichviewer.ui import wording


def who_says_what(conflict: Conflict, findings: Findings) -> str:
    """The two answers beside each other, or that single findings were rejected."""
    if conflict.answer is None:
        return trn(
            "You rejected {n} finding of the AI.",
            "You rejected {n} findings of the AI.",
            len(conflict.lesions),
        )
    share = wording.percent(float(findings.study_probability[0]))
    border = wording.percent(float(findings.thresholds[0]))
    if conflict.answer is Presence.ABSENT:
        said = tr("You: no hemorrhage. AI: hemorrhage, probability {share}", share=share)
    else:
        said = tr("You: hemorrhage. AI: none, probability {share}", share=share)
    return tr("{said} (counts as found from {border} on).", said=said, border=border)


def lesion_title(lesion: Lesion) -> str:
    """Which finding of the AI is in dispute."""
    where = site_words(lesion.site) if lesion.site else tr("site not known")
    return tr(
        "Finding {number}: {kind}, {side}, {where}",
        number=lesion.number,
        kind=tr(lesion.kind.word),
        side=tr(lesion.side),
        where=where,
    )


def evidence(lesion: Lesion) -> tuple[str, ...]:
    """What was measured on a finding of the AI, one sentence each; nothing is weighed here."""
    said = [density(lesion), _mirror(lesion)]
    if not math.isnan(lesion.agreement):
        share = wording.percent(lesion.agreement)
        said.append(
            tr("The second reader, by density alone, calls {share} of it blood.", share=share)
        )
    if lesion.flags:
        said.append(tr("Caution: {flags}.", flags="; ".join(tr(flag) for flag in lesion.flags)))
    else:
        said.append(tr("No sign of calcification or artefact."))
    return tuple(said)


def own_evidence(edited: EditedLesions, volume: Volume, midline: Midline | None) -> tuple[str, ...]:
    """How dense the regions are that the reader painted where the AI sees nothing."""
    said = []
    for number, label in edited.own():
        measured = density_of_drawn(edited, number, volume, midline)
        if measured is not None:
            kind = tr(HemorrhageType(label).word)
            what = f"{density(measured)} {_mirror(measured)}"
            said.append(tr("Painted by you, {kind}: {what}", kind=kind, what=what))
    return tuple(said)


def density(region: Lesion | Density) -> str:
    """Mean and highest HU."""
    return tr(
        "Mean {mean:.0f} HU, highest {highest:.0f} HU.",
        mean=region.mean_hu,
        highest=region.max_hu,
    )


def _mirror(region: Lesion | Density) -> str:
    if math.isnan(region.mirror_hu):
        return tr("Its mirror place on the other side cannot be compared.")
    difference = round(region.mean_hu - region.mirror_hu)
    values = {"mirror": f"{region.mirror_hu:.0f}", "n": abs(difference)}
    if difference > 0:
        return tr("Its mirror place has {mirror} HU: it is {n} HU denser than that.", **values)
    if difference < 0:
        return tr("Its mirror place has {mirror} HU: it is {n} HU less dense.", **values)
    return tr("Its mirror place has {mirror} HU, the same.", **values)
