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
    interval,
    number,
    precision_recall_f1,
    table,
    tile,
    with_interval,
)
from ichviewer.evaluation.pictures import Picture
from ichviewer.evaluation.summary import SLICE, STUDY

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
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(evaluation: Evaluation) -> str:
    """HTML of an evaluation."""
    described = evaluation.described
    title = f"Evaluation of {described['table']}"
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
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
    yield f"<p class='warning'>{escape(described['disclaimer'])}. These numbers describe the "
    yield "images of this table and nothing else; they are no clinical performance.</p>"
    for model in described["models"]:
        words = (
            f"Model {model['name']} {model['version']} on {model['device']}, at the "
            f"{described['operating_point']} operating point; trained on {model['training_data']}."
        )
        yield f"<p>{escape(words)}</p>"
    counts, found = described["counts"], described["detection"]["any"]
    overlap = described["segmentation"]
    yield "<div class='tiles'>"
    yield tile("images", str(counts["images"]), f"{counts['groups']} patients or groups")
    yield tile("AUC, any hemorrhage", number(found["auc"], 3), interval(found["auc_interval"]))
    for name in ("sensitivity", "specificity"):
        yield tile(name, number(found[name]), interval(found[f"{name}_interval"]))
    within = interval(overlap["any_dice_mean_interval"])
    yield tile("Dice, any hemorrhage", number(overlap["any_dice_mean"]), within)
    within = interval(overlap["macro_dice_interval"])
    yield tile("Dice, mean of types", number(overlap["macro_dice"]), within)
    yield tile("refused by the gate", str(counts["refused_by_the_gate"]), "counted all the same")
    yield tile("rows left out", str(len(described["problems"])), "listed below")
    yield "</div>"
    yield bullets([*described["notes"], *described["rules"].values()])


def _detection(described: Mapping[str, Any]) -> Iterator[str]:
    detection = described["detection"]
    yield "<h2>Detection</h2>"
    yield _detection_table(detection)
    yield "<div class='figures'>"
    yield figure(figures.roc(detection), "ROC curves, with the area under each.")
    yield figure(
        figures.reliability(detection["any"]["reliability"]),
        "Any hemorrhage: said and true frequency. On the dashed line probabilities are honest.",
    )
    confusion = detection["confusion"]
    left_out = f"; {confusion['left_out']} images with several types and no mask are left out"
    yield figure(
        figures.matrix(confusion["names"], confusion["true_by_said"], "said"),
        f"Main type of each image{left_out if confusion['left_out'] else ''}.",
    )
    yield "</div>"
    if detection["by_blood"]:
        yield "<h3>By amount of true blood</h3>"
        yield table(
            ("blood in the image", "images", "found", "AUC", "Dice (95 %)", "macro Dice"),
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
        yield f"<h3>Source {escape(source)} (images: {numbers['images']})</h3>"
        yield _detection_table(numbers)
    for key, words in (
        ("without_refused", "Without the images that the gate refuses"),
        ("slices", "Every slice by itself"),
    ):
        if detection[key]:
            yield f"<h3>{words} ({detection[key]['images']})</h3>"
            yield _detection_table(detection[key])


def _detection_table(numbers: Mapping[str, Any]) -> str:
    ranking, point = [], []
    for name in PROBABILITY_COLUMNS:
        one = numbers[name]
        before = one["before_calibration"]
        ranking.append(
            (
                name,
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
                name,
                with_interval(one["sensitivity"], one["sensitivity_interval"]),
                with_interval(one["specificity"], one["specificity_interval"]),
                with_interval(one["accuracy"], one["accuracy_interval"]),
                precision_recall_f1(one["positive"]),
                precision_recall_f1(one["negative"]),
                str(one["abstention"]["uncertain"]),
            )
        )
    head = (
        *("type", "with / without", "AUC (95 %)", "sensitivity at specificity 0.80", "at 0.90"),
        *("ECE raw → calibrated", "Brier raw → calibrated"),
    )
    at_point = (
        *("at the operating point", "sensitivity", "specificity", "accuracy"),
        *("with: precision / recall / F1", "without: precision / recall / F1", "uncertain"),
    )
    return table(head, ranking) + table(at_point, point)


def _segmentation(described: Mapping[str, Any]) -> Iterator[str]:
    segmentation = described["segmentation"]
    if not segmentation["images"]:
        return
    yield "<h2>Segmentation</h2>"
    yield _overlap_table(segmentation)
    for kind, words in ((SLICE, "Single slices"), (STUDY, "Scans")):
        if segmentation[kind]:
            yield from _amounts(described, kind, words)
    for source, numbers in segmentation["by_source"].items():
        yield f"<h3>Source {escape(source)} (images with masks: {numbers['images']})</h3>"
        yield _overlap_table(numbers)
    for key, words in (
        ("without_refused", "Without the images that the gate refuses"),
        ("slices", "Every slice by itself"),
    ):
        if segmentation[key]:
            yield f"<h3>{words} ({segmentation[key]['images']})</h3>"
            yield _overlap_table(segmentation[key])


def _overlap_table(numbers: Mapping[str, Any]) -> str:
    return table(
        (
            *("type", "images with it", "Dice (95 %)", "median", "empty is one"),
            *("IoU (95 %)", "NSD at 2 mm (95 %)"),
        ),
        [
            (
                name,
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
    yield f"<h3>{words} ({numbers['images']}): amounts in {unit}</h3>"
    rows = []
    for name, one in numbers["classes"].items():
        error, false = one["amount_error"], one["false_amount"]
        limits = " to ".join(number(value, 1) for value in error["limits_of_agreement"])
        rows.append(
            (
                name,
                f"{number(one['dice_pooled'])} / {number(one['iou_pooled'])}",
                f"{number(error['bias'], 1)} ({limits})",
                number(error["absolute_median"], 1),
                number(error["ccc"], 3),
                f"{false['images_marked']} of {false['images']}",
                f"{number(false['mean'], 1)} / {number(false['largest'], 1)}",
            )
        )
    yield table(
        (
            *("type", "Dice / IoU pooled", "error, bias (limits)", "median |error|", "CCC"),
            *("marked where there is none", "mean / largest there"),
        ),
        rows,
    )
    per_image = number(numbers["false_regions_per_image"])
    yield f"<p>False regions in an image: {per_image} on average.</p>"
    yield table(
        ("true lesions", "lesions", "found", "found as its type"),
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
        "Each image: marked less true blood. Line: bias; dashed: limits of agreement.",
    )
    yield figure(
        figures.matrix(confusion["names"], confusion["true_by_marked"], f"marked, {unit}"),
        f"Blood by true and marked type, in {unit}, all images together.",
    )
    yield "</div>"


def _worst(pictures: Sequence[Picture]) -> Iterator[str]:
    if not pictures:
        return
    yield "<h2>What went worst</h2>"
    yield "<p>Slice through the brain window; then the true blood, where a mask says it; then "
    yield "what the models marked. The patient's right is on the left.</p><p class='key'>"
    for name, colour in figures.COLOURS.items():
        if name != "any":
            yield f"<span><i style='background:{colour}'></i>{name}</span>"
    yield "</p><div class='pictures'>"
    kind = ""
    for picture in pictures:
        if picture.kind != kind:
            kind = picture.kind
            yield f"<h3>{escape(kind)}</h3>"
        data = b64encode(picture.png).decode("ascii")
        image = f"<img alt='{escape(picture.caption)}' src='data:image/png;base64,{data}'>"
        yield figure(image, picture.caption)
    yield "</div>"


def _rows(described: Mapping[str, Any]) -> Iterator[str]:
    if described["problems"]:
        yield "<h2>Rows left out</h2>"
        yield bullets([problem["sentence"] for problem in described["problems"]])
    yield "<h2>Every image</h2><details><summary>Show the table</summary>"
    head = "<th>row</th><th>image</th><th>gate</th><th>any</th><th>true</th><th>said</th>"
    yield f"<div class='wide'><table><thead><tr>{head}<th>true blood</th><th>marked</th>"
    yield "<th>Dice</th><th>what to know</th></tr></thead><tbody>"
    for row in described["rows"]:
        label = row["labels"]["any"]
        cells = (
            str(row["row"]),
            row["image"],
            row["gate"]["answer"],
            number(row["probability"]["any"]),
            "–" if label is None else f"{label:.0f}",
            row["said"]["any"],
            f"{number(row['true_amount'], 1)} {row['unit']}",
            f"{number(row['marked_amount'], 1)} {row['unit']}",
            number(row["any_dice"]),
        )
        notes = " ".join([*row["gate"]["reasons"], *row["notes"]])
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f"<td class='text'>{escape(notes)}</td></tr>"
    yield "</tbody></table></div></details>"
