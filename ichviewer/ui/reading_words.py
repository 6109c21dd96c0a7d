"""How the reader's decisions and edits are worded."""

from ichviewer.analysis.findings import HemorrhageType, Lesion
from ichviewer.language import tr, tr_later
from ichviewer.reading.mask_edit import EditedLesions
from ichviewer.reading.record import Verdict
from ichviewer.ui import wording
from ichviewer.ui.viewer_model import ViewerModel

#: One letter each, for a narrow column.
_MARKS = {
    Verdict.ACCEPTED: tr_later("A"),
    Verdict.REJECTED: tr_later("R"),
    Verdict.UNSURE: tr_later("U"),
}


def verdict_of(model: ViewerModel, lesion: Lesion) -> Verdict | None:
    """What the reader said about a lesion of the result on show."""
    if model.edited is None:
        return None
    decision = model.reading.decision(model.edited.marked.result, lesion.number)
    return decision.verdict if decision else None


def lesion_state(model: ViewerModel, lesion: Lesion) -> str:
    """The reader's word on a lesion: verdict, and whether it was edited; empty without either."""
    verdict, edited = verdict_of(model, lesion), model.edited
    is_edited = edited is not None and lesion.number in edited.touched
    return ", ".join([*([tr(verdict)] if verdict else []), *([tr("edited")] if is_edited else [])])


def lesion_mark(model: ViewerModel, lesion: Lesion) -> str:
    """The reader's word on a lesion for a narrow column: A, R or U, and a pen where edited."""
    verdict, edited = verdict_of(model, lesion), model.edited
    is_edited = edited is not None and lesion.number in edited.touched
    return " ".join([*([tr(_MARKS[verdict])] if verdict else []), *("✎" if is_edited else "")])


def finding_text(model: ViewerModel) -> str:
    """The chosen finding and the reader's word on it."""
    lesion = model.lesion
    if lesion is None:
        return tr("N: next finding")
    state = lesion_state(model, lesion) or tr("not decided yet")
    return tr("Finding {number}: {state}", number=lesion.number, state=state)


def answer_text(model: ViewerModel) -> str:
    """The reader's own answer for the open series, and whether the AI was hidden."""
    answer = model.reading.answers.get(model.series.key) if model.series else None
    if answer is None:
        return tr("Your answer: none yet")
    how = tr("AI hidden") if answer.is_blind else tr("AI in view")
    return tr("You: {answer}, {how}", answer=tr(answer.presence), how=how)


def lesion_ml(model: ViewerModel, lesion: Lesion) -> float:
    """Volume of a lesion with the reader's edits."""
    if model.edited is None or lesion.number not in model.edited.touched:
        return lesion.volume_ml
    return model.edited.volumes_ml[lesion.number]


def summary(model: ViewerModel) -> str:
    """What the reader's edits and rejections come to; empty where there are none."""
    findings, edited = model.findings, model.edited
    if findings is None or edited is None:
        return ""
    rejected = {x.number for x in findings.lesions if verdict_of(model, x) is Verdict.REJECTED}
    lines = [_own_line(edited, number, kind) for number, kind in edited.own()]
    if rejected or edited.touched:
        sums = edited.type_volumes_ml(without=rejected)
        parts = [
            f"{tr(kind.word)} {wording.millilitres(sums[kind])} mL"
            for kind in HemorrhageType
            if sums.get(kind, 0.0) > 0
        ]
        sums_text = ", ".join(parts) or tr("no hemorrhage")
        lines.append(
            tr("By your reading, without what you rejected: {sums}.", sums=sums_text)
            if rejected
            else tr("By your reading: {sums}.", sums=sums_text)
        )
    return "\n".join(lines)


def _own_line(edited: EditedLesions, number: int, kind: int) -> str:
    slices = [
        k + 1
        for k, held in sorted(edited.drawn.items())
        if number < len(held.counts) and held.counts[number]
    ]
    if not slices:
        return tr("Added by you, and erased again: {type}.", type=tr(HemorrhageType(kind).word))
    span = f"{slices[0]}" if len(slices) == 1 else f"{slices[0]}–{slices[-1]}"
    volume = wording.millilitres(edited.volumes_ml[number])
    return tr(
        "Added by you: {type}, {volume} mL, slice {span}.",
        type=tr(HemorrhageType(kind).word),
        volume=volume,
        span=span,
    )
