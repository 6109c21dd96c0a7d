"""The report of an evaluation as one HTML file: no script, no link, nothing to be loaded."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.evaluation import figures
from ichviewer.evaluation.evaluate import Evaluation
from ichviewer.evaluation.markup import (
    amount_range,
    bullets,
    figure,
    heading,
    interval,
    number,
    precision_recall_f1,
    table,
    tile,
    with_interval,
)
from ichviewer.evaluation.pictures import Picture
from ichviewer.evaluation.summary import SLICE, STUDY
from ichviewer.language import chosen_language, tr, tr_later

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1b1f24;background:#fff;margin:2rem auto;
max-width:76rem;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid
#d0d5db;padding-bottom:.2rem}h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0;max-width:60rem}.warning{background:#fdf1d3;border-left:4px solid #c98a00;
padding:.5rem .8rem}.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}
.tile{border:1px solid #d0d5db;border-radius:6px;padding:.6rem .9rem;min-width:9rem}
.tile b{display:block;font-size:1.5rem}.tile span{color:#55606b;font-size:.85rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem;margin:.4rem 0}
th,td{padding:.22rem .6rem;text-align:right;border-bottom:1px solid #e3e6ea;white-space:nowrap;
vertical-align:top}
th:first-child,td:first-child{text-align:left}td.text{text-align:left;white-space:normal;
min-width:22rem}thead th{border-bottom:2px solid #9aa2ab}small{color:#55606b}
.figures{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figcaption{font-size:.88rem;
max-width:54rem;color:#333b44}.figures figcaption{max-width:22rem}
svg text{font:12px system-ui,sans-serif;fill:#1b1f24}
svg text[fill="#ffffff"]{fill:#fff}.pictures figure{margin:0 0 1rem}img{display:block;
max-width:100%;background:#000}.key span{display:inline-block;margin-right:1rem}
.key i{display:inline-block;width:.8rem;height:.8rem;margin-right:.3rem;vertical-align:-1px}
@media print{details{display:block}.figures,figure,tr{break-inside:avoid}}
"""
_ROW_HEAD = (
    tr_later("row"),
    tr_later("image"),
    tr_later("gate"),
    tr_later("any"),
    tr_later("true"),
    tr_later("said"),
    tr_later("true blood"),
    tr_later("marked"),
    "Dice",
    tr_later("what to know"),
)
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(evaluation: Evaluation) -> str:
    """HTML of an evaluation."""
    described = evaluation.described
    title = tr("Evaluation of {table}", table=described["table"])
    parts = [
        f"<!doctype html><html lang='{chosen_language()}'><head><meta charset='utf-8'>",
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        *_opening(described),
        *_detection(described),
        *_segmentation(described),
        *_worst(evaluation.pictures),
        *_rows(described),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _opening(described: Mapping[str, Any]) -> Iterator[str]:
    limits = tr(
        "These numbers describe the images of this table and nothing else; they are no clinical "
        "performance."
    )
    yield f"<p class='warning'>{escape(tr(described['disclaimer']))}. {escape(limits)}</p>"
    for model in described["models"]:
        words = tr(
            "Model {name} {version} on {device}, at the {point} operating point; trained on "
            "{training_data}.",
            name=model["name"],
            version=model["version"],
            device=model["device"],
            point=tr(described["operating_point"]),
            training_data=model["training_data"],
        )
        yield f"<p>{escape(words)}</p>"
    counts, found = described["counts"], described["detection"]["any"]
    overlap = described["segmentation"]
    yield "<div class='tiles'>"
    groups = tr("{count} patients or groups", count=counts["groups"])
    yield tile(tr("images"), str(counts["images"]), groups)
    yield tile(tr("AUC, any hemorrhage"), number(found["auc"], 3), interval(found["auc_interval"]))
    for name in ("sensitivity", "specificity"):
        yield tile(tr(name), number(found[name]), interval(found[f"{name}_interval"]))
    within = interval(overlap["any_dice_mean_interval"])
    yield tile(tr("Dice, any hemorrhage"), number(overlap["any_dice_mean"]), within)
    within = interval(overlap["macro_dice_interval"])
    yield tile(tr("Dice, mean of types"), number(overlap["macro_dice"]), within)
    refused = str(counts["refused_by_the_gate"])
    yield tile(tr("refused by the gate"), refused, tr("counted all the same"))
    yield tile(tr("rows left out"), str(len(described["problems"])), tr("listed below"))
    yield "</div>"
    yield bullets([*described["notes"], *map(tr, described["rules"].values())])


def _detection(described: Mapping[str, Any]) -> Iterator[str]:
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


def _segmentation(described: Mapping[str, Any]) -> Iterator[str]:
    segmentation = described["segmentation"]
    if not segmentation["images"]:
        return
    yield heading(2, tr("Segmentation"))
    yield _overlap_table(segmentation)
    for kind, words in ((SLICE, tr("Single slices")), (STUDY, tr("Scans"))):
        if segmentation[kind]:
            yield from _amounts(described, kind, words)
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


def _worst(pictures: Sequence[Picture]) -> Iterator[str]:
    if not pictures:
        return
    shown = tr(
        "Slice through the brain window; then the true blood, where a mask says it; then what "
        "the models marked. The patient's right is on the left."
    )
    yield heading(2, tr("What went worst"))
    yield f"<p>{escape(shown)}</p><p class='key'>"
    for name, colour in figures.COLOURS.items():
        if name != "any":
            yield f"<span><i style='background:{colour}'></i>{escape(tr(name))}</span>"
    yield "</p><div class='pictures'>"
    kind = ""
    for picture in pictures:
        if picture.kind != kind:
            kind = picture.kind
            yield heading(3, tr(kind))
        data = b64encode(picture.png).decode("ascii")
        image = f"<img alt='{escape(picture.caption)}' src='data:image/png;base64,{data}'>"
        yield figure(image, picture.caption)
    yield "</div>"


def _rows(described: Mapping[str, Any]) -> Iterator[str]:
    if described["problems"]:
        yield heading(2, tr("Rows left out"))
        yield bullets([problem["sentence"] for problem in described["problems"]])
    yield heading(2, tr("Every image"))
    yield f"<details><summary>{escape(tr('Show the table'))}</summary>"
    head = "".join(f"<th>{escape(tr(name))}</th>" for name in _ROW_HEAD)
    yield f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>"
    for row in described["rows"]:
        label = row["labels"]["any"]
        cells = (
            str(row["row"]),
            row["image"],
            tr(row["gate"]["answer"]),
            number(row["probability"]["any"]),
            "–" if label is None else f"{label:.0f}",
            tr(row["said"]["any"]),
            f"{number(row['true_amount'], 1)} {row['unit']}",
            f"{number(row['marked_amount'], 1)} {row['unit']}",
            number(row["any_dice"]),
        )
        notes = " ".join([*row["gate"]["reasons"], *row["notes"]])
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f"<td class='text'>{escape(notes)}</td></tr>"
    yield "</tbody></table></div></details>"
