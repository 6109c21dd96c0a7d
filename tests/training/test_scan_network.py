"""The network for whole scans learns what slabs tell of each other, and is written as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

from ichviewer.analysis.graph import check_graph  # noqa: E402
from ichviewer.analysis.manifest import read_manifest  # noqa: E402
from ichviewer.analysis.model_file import read_networks  # noqa: E402
from training.anatomy import ROOT, TRAIN  # noqa: E402
from training.metrics import auc  # noqa: E402
from training.scan_network import Heard, Member, ScanNetwork, plan, teach, write  # noqa: E402


def scans(seed: int, count: int) -> list[Heard]:
    """Blood lies in the middle third of every other scan; single answers hardly tell."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        truth = np.zeros((18, 6), np.float32)
        truth[6:12] = number % 2
        logit = rng.normal(truth * 1.2 - 1.0, 1.0)
        detection = (1 / (1 + np.exp(-logit))).astype(np.float32)
        made.append(Heard(detection, np.full((18, 6), 50.0, np.float32), truth))
    return made


def test_neighbours_tell_what_a_slab_alone_does_not() -> None:
    member = teach(scans(1, 60), seed=0, epochs=25)
    network = ScanNetwork([member])
    alone, heard, truth = [], [], []
    for one in scans(2, 40):
        with torch.no_grad():
            said = network(torch.from_numpy(one.detection), torch.from_numpy(one.expected_mm2))
        alone.append(one.detection[:, 0])
        heard.append(said[:, 0].numpy())
        truth.append(one.truth[:, 0])
    flat = np.concatenate(truth)
    assert auc(flat, np.concatenate(alone)) < 0.85
    assert auc(flat, np.concatenate(heard)) > 0.93


def test_what_is_not_asked_teaches_nothing() -> None:
    one = scans(3, 1)[0]
    silent = Heard(one.detection, one.expected_mm2, np.full_like(one.truth, np.nan))
    member = teach([silent] * 4, seed=0, epochs=2)
    assert all(torch.isfinite(weight).all() for weight in member.parameters())


def test_plan_keeps_to_the_anatomies_of_training_and_is_the_same_each_time() -> None:
    planned = plan(2, 1)
    assert planned == plan(2, 1)
    assert planned[:26] == plan(1, 0)
    assert [one.kinds for one in planned[26:]].count(()) == 10
    assert () not in [one.kinds for one in planned[52:]]
    assert {one.anatomy_number for one in planned} <= set(TRAIN)
    assert not any(one.unseen_scanner for one in planned)
    assert len({one.seed for one in planned}) == len(planned) == 78


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_written_beside_a_model_it_is_described_and_runs(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(ROOT / "models" / "ichnet-s", folder)
    torch.manual_seed(4)
    network = ScanNetwork([Member(), Member()])
    write(network, folder, studies=7)
    manifest = read_manifest(folder)
    assert manifest.in_scan is not None
    assert manifest.in_scan.terms.calibration == manifest.terms.calibration
    _, data = read_networks(manifest)
    assert data == (folder / "in_scan.onnx").read_bytes()
    assert len(data) < 4 * sum(weight.numel() for weight in network.parameters())  # in 8 bits
    check_graph(data, "in_scan")
