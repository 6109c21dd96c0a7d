"""A network for whole scans hears all slabs; where there is one slab only, it is not asked."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.catalog import ModelProblem, check_model, list_models
from ichviewer.analysis.detect import said_of_slabs
from ichviewer.analysis.head import find_head
from ichviewer.analysis.in_scan import IN_SCAN, slab_answers
from ichviewer.analysis.look import look
from ichviewer.analysis.manifest import read_manifest
from ichviewer.analysis.model import load_model
from ichviewer.analysis.reading import load_models
from ichviewer.errors import ModelError
from ichviewer.progress import silent
from tests.analysis import phantoms
from tests.analysis.test_model import image
from tests.analysis.threshold_model import SIZE_PX, write_model, write_scan_network


def test_area_is_what_the_probabilities_of_the_pixels_expect(tmp_path: Path) -> None:
    spec = read_manifest(write_model(tmp_path)).input
    segmentation = np.zeros((2, 6, SIZE_PX, SIZE_PX), np.float32)
    segmentation[:, 0] = 1.0
    segmentation[1, :, :10, :5] = np.array([0.25, 0, 0.5, 0, 0, 0.25])[:, None, None]
    detection = np.full((2, 6), 0.3, np.float32)
    heard = slab_answers({"detection": detection, "segmentation": segmentation}, spec)
    assert heard["detection"] is detection
    assert heard["expected_mm2"].dtype == np.float32
    px_mm2 = spec.spacing_mm**2
    assert heard["expected_mm2"] == pytest.approx(
        np.array([[0] * 6, [37.5, 0, 25, 0, 0, 12.5]]) * px_mm2
    )


def test_several_slabs_are_heard_together_and_one_is_not(tmp_path: Path) -> None:
    model = load_model(write_scan_network(write_model(tmp_path)), device="cpu", threads=1)
    outputs = model.run(image(3))
    largest = outputs["detection"].max(axis=0)
    np.testing.assert_array_equal(outputs[IN_SCAN], np.tile(largest, (3, 1)))
    raw, terms = said_of_slabs(outputs, model.manifest, has_contrast=False)
    assert raw is outputs[IN_SCAN]
    assert terms.calibration.bias == (1.0,) * 6
    alone = model.run(image(1))
    assert IN_SCAN not in alone
    raw, terms = said_of_slabs(alone, model.manifest, has_contrast=False)
    assert raw is alone["detection"]
    assert terms.calibration.bias == (0.0,) * 6


def test_calibration_that_is_told_is_the_one_that_was_used(tmp_path: Path) -> None:
    model = load_model(write_scan_network(write_model(tmp_path)), device="cpu", threads=1)
    assert model.info(3).slice_curve != model.info(1).slice_curve


def test_model_without_it_says_what_it_said(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), device="cpu", threads=1)
    outputs = model.run(image(3))
    assert IN_SCAN not in outputs
    raw, terms = said_of_slabs(outputs, model.manifest, has_contrast=False)
    assert raw is outputs["detection"]
    assert terms is model.manifest.terms


def test_slices_of_a_scan_get_its_word_and_the_vector_stays(tmp_path: Path) -> None:
    volume = phantoms.head(bleed_mm=((30.0, 10.0, 10.0), (15.0, 15.0, 15.0)))
    head = find_head(volume)
    write_model(tmp_path / "one" / "model")
    write_scan_network(write_model(tmp_path / "two" / "model"))
    plain, heard = (
        look(volume, head, load_models(tmp_path / name, "cpu"), silent, {})
        for name in ("one", "two")
    )
    read = head.brain_slices()
    largest = plain.uncalibrated.max(axis=0)
    np.testing.assert_array_equal(heard.uncalibrated[read], np.tile(largest, (read.sum(), 1)))
    terms = read_manifest(tmp_path / "two" / "model").terms_of(2, has_contrast=False)
    assert heard.detection.slices[read][0, 0] == calibrate(largest, terms.calibration)[0]
    np.testing.assert_array_equal(heard.embedding, plain.embedding)


def test_an_altered_network_stops_the_model(tmp_path: Path) -> None:
    folder = write_scan_network(write_model(tmp_path / "model"))
    (folder / "in_scan.onnx").write_bytes(b"changed")
    with pytest.raises(ModelError, match=r"altered or damaged.*in_scan\.onnx"):
        load_model(folder)
    (problem,) = list_models(tmp_path)
    assert isinstance(problem, ModelProblem)
    (folder / "in_scan.onnx").unlink()
    assert "in_scan.onnx is missing" in check_model(folder)[0]


def test_numbers_that_are_none_are_a_failure(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Log", ["detection"], ["below_zero"]),
        helper.make_node("Sub", ["below_zero", "expected_mm2"], ["in_scan"]),
    ]
    model = load_model(write_scan_network(write_model(tmp_path), nodes), device="cpu", threads=1)
    with pytest.raises(ModelError, match=r"AI failed.*in_scan"):
        model.run(image(3))


def test_a_network_that_takes_something_else_is_a_failure(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["nowhere"], ["in_scan"])]
    with pytest.raises(ModelError, match="cannot be loaded by the runtime"):
        load_model(write_scan_network(write_model(tmp_path), nodes), device="cpu", threads=1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sha256": "abc"}, "in_scan: sha256"),
        ({"file": "../in_scan.onnx"}, "in_scan: file"),
        ({"thresholds": {}}, "in_scan: thresholds"),
    ],
)
def test_its_description_is_read_strictly(tmp_path: Path, change: dict, named: str) -> None:
    folder = write_scan_network(write_model(tmp_path), **change)
    with pytest.raises(ModelError, match=named):
        read_manifest(folder)


def test_it_needs_a_detector_that_marks(tmp_path: Path) -> None:
    folder = write_scan_network(write_model(tmp_path, roles=("detection",)))
    with pytest.raises(ModelError, match="needs the roles detection and segmentation"):
        read_manifest(folder)
