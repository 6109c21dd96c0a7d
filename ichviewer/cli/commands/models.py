"""The commands on models: which are installed, and whether they can be used."""

import argparse

from ichviewer import paths, workflow
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.cli.codes import OK, TROUBLE
from ichviewer.cli.output import print_json, say
from ichviewer.cli.steps import step
from ichviewer.language import tr
from ichviewer.report import summary, table
from ichviewer.worker import Worker


def list_models(options: argparse.Namespace, worker: Worker) -> int:
    listed = step(worker, workflow.list_models)
    models = [entry for entry in listed if isinstance(entry, ModelInfo)]
    problems = [entry for entry in listed if not isinstance(entry, ModelInfo)]
    if options.json:
        print_json(
            {
                "models": [summary.describe_model(model) for model in models],
                "problems": [problem.sentence for problem in problems],
            }
        )
    else:
        print(table.models_text(models))
    for problem in problems:
        say(problem.sentence)
    return TROUBLE if problems or not models else OK


def check_models(options: argparse.Namespace, worker: Worker) -> int:
    checked = step(worker, workflow.check_models, options.folders)
    if not checked:
        say(tr("There is no model in {folder}.", folder=paths.models_folder()))
    for folder, problems in checked.items():
        print(f"{folder.name}: {tr('cannot be used') if problems else tr('usable')}")
        for problem in problems:
            say(problem)
    return OK if checked and not any(checked.values()) else TROUBLE
