"""The report of an evaluation as one HTML file: no script, no link, nothing to be loaded."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from ichviewer.evaluation.detection_section import detection_section
from ichviewer.evaluation.evaluate import Evaluation
from ichviewer.evaluation.images_section import every_image, worst_images
from ichviewer.evaluation.markup import bullets, interval, number, tile
from ichviewer.evaluation.segmentation_section import segmentation_section
from ichviewer.language import chosen_language, tr

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
    title = tr("Evaluation of {table}", table=described["table"])
    parts = [
        f"<!doctype html><html lang='{chosen_language()}'><head><meta charset='utf-8'>",
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        *_opening(described),
        *detection_section(described),
        *segmentation_section(described),
        *worst_images(evaluation.pictures),
        *every_image(described),
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
