"""How the reader's decisions and edits are worded."""

from ichviewer.analysis.findings import HemorrhageType, Lesion
from ichviewer.reading.mask_edit import EditedLesions
from ichviewer.reading.record import Verdict
from ichviewer.ui import wording
from ichviewer.ui.viewer_model import ViewerModel


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
    return ", ".join([*([str(verdict)] if verdict else []), *(["edited"] if is_edited else [])])


def lesion_mark(model: ViewerModel, lesion: Lesion) -> str:
    """The reader's word on a lesion for a narrow column: A, R or U, and a pen where edited."""
    verdict, edited = verdict_of(model, lesion), model.edited
    is_edited = edited is not None and lesion.number in edited.touched
    return " ".join([*([verdict.value[0].upper()] if verdict else []), *("✎" if is_edited else "")])


def finding_text(model: ViewerModel) -> str:
    """The chosen finding and the reader's word on it."""
    lesion = model.lesion
    if lesion is None:
        return "N: next finding"
    return f"Finding {lesion.number}: {lesion_state(model, lesion) or 'not decided yet'}"


def answer_text(model: ViewerModel) -> str:
    """The reader's own answer for the open series, and whether the AI was hidden."""
    answer = model.reading.answers.get(model.series.key) if model.series else None
    if answer is None:
        return "Your answer: none yet"
    how = "AI hidden" if answer.is_blind else "AI in view"
    return f"You: {answer.presence}, {how}"


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
            f"{kind.word} {wording.millilitres(sums[kind])} mL"
            for kind in HemorrhageType
            if sums.get(kind, 0.0) > 0
        ]
        without = ", without what you rejected" if rejected else ""
        lines.append(f"By your reading{without}: {', '.join(parts) or 'no hemorrhage'}.")
    return "\n".join(lines)


def _own_line(edited: EditedLesions, number: int, kind: int) -> str:
    slices = [
        k + 1
        for k, held in sorted(edited.drawn.items())
        if number < len(held.counts) and held.counts[number]
    ]
    if not slices:
        return f"Added by you, and erased again: {HemorrhageType(kind).word}."
    span = f"{slices[0]}" if len(slices) == 1 else f"{slices[0]}–{slices[-1]}"
    volume = wording.millilitres(edited.volumes_ml[number])
    return f"Added by you: {HemorrhageType(kind).word}, {volume} mL, slice {span}."
