"""What a models folder holds, in words."""

from pathlib import Path

import pytest

from ichviewer.analysis.catalog import ModelProblem, check_model, list_models, manifests_by_role
from ichviewer.analysis.manifest import Role
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.errors import ModelError
from tests.analysis.threshold_model import write_model


def test_models_and_problems_side_by_side(tmp_path: Path) -> None:
    write_model(tmp_path / "a")
    write_model(tmp_path / "b")
    (tmp_path / "b" / "model.onnx").write_bytes(b"changed")
    write_model(tmp_path / "c")
    (tmp_path / "c" / "manifest.json").unlink()
    (tmp_path / "no_model").mkdir()
    (tmp_path / "README.txt").write_text("about")
    a, b, c = list_models(tmp_path)
    assert isinstance(a, ModelInfo)
    assert (a.name, a.roles) == ("threshold", ("detection", "segmentation", "embedding"))
    assert isinstance(b, ModelProblem)
    assert "altered or damaged" in b.sentence
    assert isinstance(c, ModelProblem)
    assert "manifest.json is missing" in c.sentence


def test_no_folder_holds_no_models(tmp_path: Path) -> None:
    assert list_models(tmp_path / "nowhere") == ()
    with pytest.raises(ModelError, match="No model for detection, segmentation, embedding"):
        manifests_by_role(tmp_path / "nowhere")


def test_several_files_share_the_roles(tmp_path: Path) -> None:
    write_model(tmp_path / "one", roles=("detection", "embedding"))
    write_model(tmp_path / "two", roles=("segmentation", "embedding"))
    chosen = manifests_by_role(tmp_path)
    assert {role: m.folder.name for role, m in chosen.items()} == {
        Role.DETECTION: "one",
        Role.EMBEDDING: "one",
        Role.SEGMENTATION: "two",
    }


def test_bad_neighbour_does_not_stop_a_good_model(tmp_path: Path) -> None:
    write_model(tmp_path / "good")
    (tmp_path / "a_bad_one").mkdir()
    (tmp_path / "a_bad_one" / "manifest.json").write_text("{")
    assert set(manifests_by_role(tmp_path)) == set(Role)


def test_missing_role_names_what_was_wrong(tmp_path: Path) -> None:
    write_model(tmp_path / "one", roles=("detection",))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match=r"two.*cannot be read.*No model for segmentation"):
        manifests_by_role(tmp_path)


def test_check_runs_the_model(tmp_path: Path) -> None:
    assert check_model(write_model(tmp_path / "good")) == ()
    write_model(tmp_path / "bad", version="")
    (problem,) = check_model(tmp_path / "bad")
    assert "version is missing" in problem
