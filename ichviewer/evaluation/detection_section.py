"""The page's section on detection: ranking, operating point, calibration, amounts, sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.evaluation import figures
from ichviewer.evaluation.markup import (
    amount_range,
    figure,
    heading,
    number,
    precision_recall_f1,
    table,
    with_interval,
)
from ichviewer.language import tr, tr_later


def detection_section(described: Mapping[str, Any]) -> Iterator[str]:
    """HTML about detection."""
    detection = described["detection"]
    yield heading(2, tr("Detection"))
    yield _detection_table(detection)
    yield "<div class='figures'>"
    yield figure(figures.roc(detection), tr("ROC curves, with the area under each."))
    yield figure(
        figures.reliability(detection["any"]["reliability"]),
        tr("Any hemorrhage: said and true frequency. On the dashed line probabilities are honest."),
    )
    confusion = detection["confusion"]
    left_out = tr(
        "; {count} images with several types and no mask are left out", count=confusion["left_out"]
    )
    yield figure(
        figures.matrix(confusion["names"], confusion["true_by_said"], tr("said")),
        tr(
            "Main type of each image{left_out}.", left_out=left_out if confusion["left_out"] else ""
        ),
    )
    yield "</div>"
    if detection["by_blood"]:
        yield heading(3, tr("By amount of true blood"))
        yield table(
            (
                tr_later("blood in the image"),
                tr_later("images"),
                tr_later("found"),
                "AUC",
                "Dice (95 %)",
                tr_later("macro Dice"),
            ),
            [
                (
                    amount_range(one),
                    str(one["images"]),
                    number(one["sensitivity"]),
                    number(one["auc_against_negatives"], 3),
                    with_interval(one["dice_mean"], one["dice_mean_interval"]),
                    number(one["macro_dice"]),
                )
                for one in detection["by_blood"]
            ],
        )
    for source, numbers in detection["by_source"].items():
        yield heading(
            3, tr("Source {source} (images: {count})", source=source, count=numbers["images"])
        )
        yield _detection_table(numbers)
    for key, words in (
        ("without_refused", tr("Without the images that the gate refuses")),
        ("slices", tr("Every slice by itself")),
    ):
        if detection[key]:
            yield heading(3, f"{words} ({detection[key]['images']})")
            yield _detection_table(detection[key])


def _detection_table(numbers: Mapping[str, Any]) -> str:
    ranking, point = [], []
    for name in PROBABILITY_COLUMNS:
        one = numbers[name]
        before = one["before_calibration"]
        ranking.append(
            (
                tr(name),
                f"{one['positives']} / {one['negatives']}",
                with_interval(one["auc"], one["auc_interval"], 3),
                number(one["sensitivity_at_specificity_0.80"]),
                number(one["sensitivity_at_specificity_0.90"]),
                f"{number(before['ece'], 3)} → {number(one['ece'], 3)}",
                f"{number(before['brier'], 3)} → {number(one['brier'], 3)}",
            )
        )
        point.append(
            (
                tr(name),
                with_interval(one["sensitivity"], one["sensitivity_interval"]),
                with_interval(one["specificity"], one["specificity_interval"]),
                with_interval(one["accuracy"], one["accuracy_interval"]),
                precision_recall_f1(one["positive"]),
                precision_recall_f1(one["negative"]),
                str(one["abstention"]["uncertain"]),
            )
        )
    head = (
        *(
            tr_later("type"),
            tr_later("with / without"),
            "AUC (95 %)",
            tr_later("sensitivity at specificity 0.80"),
            tr_later("at 0.90"),
        ),
        *(tr_later("ECE raw → calibrated"), tr_later("Brier raw → calibrated")),
    )
    at_point = (
        *(
            tr_later("at the operating point"),
            tr_later("sensitivity"),
            tr_later("specificity"),
            tr_later("accuracy"),
        ),
        *(
            tr_later("with: precision / recall / F1"),
            tr_later("without: precision / recall / F1"),
            tr_later("uncertain"),
        ),
    )
    return table(head, ranking) + table(at_point, point)
