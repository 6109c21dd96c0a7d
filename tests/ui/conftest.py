"""A real window over a real worker, drawn off screen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichviewer import workflow
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.theme import apply_theme
from ichviewer.ui.viewer_model import ViewerModel
from ichviewer.worker import Worker

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def theme(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with workflow.start_worker(processes=1) as started:
        yield started


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Readings and settings of tests never meet those of a person."""
    monkeypatch.setenv("ICHVIEWER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def model(qtbot: QtBot) -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def jobs(worker: Worker, model: ViewerModel, messages: Messages) -> Iterator[Jobs]:
    made = Jobs(worker, model, messages)
    yield made
    made.cancel_all()


@pytest.fixture
def window(qtbot: QtBot, model: ViewerModel, jobs: Jobs, messages: Messages) -> MainWindow:
    made = MainWindow(model, jobs, messages)
    made.resize(1500, 900)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made
