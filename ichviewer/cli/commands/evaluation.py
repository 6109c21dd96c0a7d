"""The command on a table of images: how good the models are."""

import argparse

from ichviewer import workflow
from ichviewer.cli.codes import OK, SOME_SKIPPED
from ichviewer.cli.output import check_writable, json_text, say
from ichviewer.cli.steps import chosen_device, step
from ichviewer.report import table
from ichviewer.worker import Worker


def evaluate(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.html):
        check_writable(file)
    described, page = step(
        worker, workflow.evaluate, options.table, options.operating_point, chosen_device(options)
    )
    print(table.evaluation_text(described))
    if options.json:
        options.json.write_text(json_text(described) + "\n", encoding="utf-8")
    if options.html:
        options.html.write_text(page, encoding="utf-8")
    for problem in described["problems"]:
        say(problem["sentence"])
    return SOME_SKIPPED if described["problems"] else OK
