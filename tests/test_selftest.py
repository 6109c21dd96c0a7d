"""The self-test's own numbers, and what it says when something is wrong."""

from pathlib import Path

import pytest

from ichviewer import selftest, workflow
from tests.demo_facts import demo_facts
from tests.dicom import make


def test_the_selftests_numbers_are_pydicoms_own() -> None:
    """If this fails, the demo study has changed: run `python -m tests.demo_facts`."""
    assert selftest.known_demo_facts() == demo_facts()


def test_every_failed_check_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make.series(tmp_path / "demo", count=4)
    monkeypatch.setenv("ICHVIEWER_RESOURCES", str(tmp_path))
    monkeypatch.setenv("ICHVIEWER_MODELS", str(tmp_path / "models"))
    with workflow.start_worker(processes=1) as worker:
        checks = list(selftest.selftest(worker))
    said = {check.name: check.sentence for check in checks}
    assert not any(check.is_ok for check in checks if check.name != "demo study")
    assert "selftest.json" in said["voxels"]
    assert said["models"] == "there is no model"
    assert "no case library" in said["library"]
    assert all(said.values())
