"""The page's section on segmentation: overlap, amounts, lesions."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from ichviewer.evaluation import figures
from ichviewer.evaluation.markup import amount_range, figure, heading, number, table, with_interval
from ichviewer.evaluation.summary import SLICE, STUDY
from ichviewer.language import tr, tr_later


def segmentation_section(described: Mapping[str, Any]) -> Iterator[str]:
    """HTML about segmentation; nothing where no image has a mask."""
    segmentation = described["segmentation"]
    if not segmentation["images"]:
        return
    yield heading(2, tr("Segmentation"))
    yield _overlap_table(segmentation)
    for kind, words in ((SLICE, tr("Single slices")), (STUDY, tr("Scans"))):
        if segmentation[kind]:
            yield from _amounts(described, kind, words)
    if segmentation["lesion_probability"]:
        yield from _lesion_probability(segmentation["lesion_probability"])
    for source, numbers in segmentation["by_source"].items():
        yield heading(
            3,
            tr(
                "Source {source} (images with masks: {count})",
                source=source,
                count=numbers["images"],
            ),
        )
        yield _overlap_table(numbers)
    for key, words in (
        ("without_refused", tr("Without the images that the gate refuses")),
        ("slices", tr("Every slice by itself")),
    ):
        if segmentation[key]:
            yield heading(3, f"{words} ({segmentation[key]['images']})")
            yield _overlap_table(segmentation[key])


def _lesion_probability(numbers: Mapping[str, Any]) -> Iterator[str]:
    yield heading(3, tr("Probability of the marked lesions"))
    in_all = tr(
        "Lesions: {count}, of them hemorrhage: {right}. AUC {auc}, calibration error {ece}.",
        count=numbers["lesions"],
        right=numbers["hemorrhage"],
        auc=number(numbers["auc"], 3),
        ece=number(numbers["ece"], 3),
    )
    yield f"<p>{escape(in_all)}</p>"
    yield table(
        (tr_later("probability"), tr_later("lesions"), tr_later("mean"), tr_later("hemorrhage")),
        [
            (
                tr(" to ").join(number(one[end]) for end in ("from", "below")),
                str(one["lesions"]),
                number(one["probability"]),
                number(one["frequency"]),
            )
            for one in numbers["bins"]
            if one["lesions"]
        ],
    )


def _overlap_table(numbers: Mapping[str, Any]) -> str:
    return table(
        (
            *(
                tr_later("type"),
                tr_later("images with it"),
                "Dice (95 %)",
                tr_later("median"),
                tr_later("empty is one"),
            ),
            *("IoU (95 %)", tr_later("NSD at 2 mm (95 %)")),
        ),
        [
            (
                tr(name),
                str(one["images_with_it"]),
                with_interval(one["dice_mean"], one["dice_mean_interval"]),
                number(one["dice_median"]),
                number(one["dice_mean_empty_is_one"]),
                with_interval(one["iou_mean"], one["iou_mean_interval"]),
                with_interval(one["nsd_2mm_mean"], one["nsd_2mm_mean_interval"]),
            )
            for name, one in numbers["classes"].items()
        ],
    )


def _amounts(described: Mapping[str, Any], kind: str, words: str) -> Iterator[str]:
    numbers = described["segmentation"][kind]
    unit = numbers["unit"]
    yield heading(
        3,
        tr("{what} ({count}): amounts in {unit}", what=words, count=numbers["images"], unit=unit),
    )
    rows = []
    for name, one in numbers["classes"].items():
        error, false = one["amount_error"], one["false_amount"]
        limits = tr(" to ").join(number(value, 1) for value in error["limits_of_agreement"])
        rows.append(
            (
                tr(name),
                f"{number(one['dice_pooled'])} / {number(one['iou_pooled'])}",
                f"{number(error['bias'], 1)} ({limits})",
                number(error["absolute_median"], 1),
                number(error["ccc"], 3),
                tr("{marked} of {count}", marked=false["images_marked"], count=false["images"]),
                f"{number(false['mean'], 1)} / {number(false['largest'], 1)}",
            )
        )
    yield table(
        (
            *(
                tr_later("type"),
                tr_later("Dice / IoU pooled"),
                tr_later("error, bias (limits)"),
                tr_later("median |error|"),
                "CCC",
            ),
            *(tr_later("marked where there is none"), tr_later("mean / largest there")),
        ),
        rows,
    )
    per_image = number(numbers["false_regions_per_image"])
    false_regions = tr("False regions in an image: {number} on average.", number=per_image)
    yield f"<p>{escape(false_regions)}</p>"
    yield table(
        (
            tr_later("true lesions"),
            tr_later("lesions"),
            tr_later("found"),
            tr_later("found as its type"),
        ),
        [
            (
                amount_range({**one, "unit": unit}),
                str(one["lesions"]),
                number(one["sensitivity"]),
                number(one["sensitivity_as_type"]),
            )
            for one in numbers["lesions"]
        ],
    )
    members = [
        (row["true_amount"], row["marked_amount"])
        for row in described["rows"]
        if row["kind"] == kind and row["true_amount"] is not None
    ]
    true, marked = zip(*members, strict=True)
    agreement = numbers["classes"]["any"]["amount_error"]
    confusion = numbers["confusion"]
    yield "<div class='figures'>"
    yield figure(
        figures.bland_altman(true, marked, agreement, unit),
        tr("Each image: marked less true blood. Line: bias; dashed: limits of agreement."),
    )
    yield figure(
        figures.matrix(
            confusion["names"], confusion["true_by_marked"], tr("marked, {unit}", unit=unit)
        ),
        tr("Blood by true and marked type, in {unit}, all images together.", unit=unit),
    )
    yield "</div>"
