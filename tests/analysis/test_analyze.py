"""The whole chain: on phantoms of known truth, with the real models, and where it must stop."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichviewer.analysis.analyze import analyze
from ichviewer.analysis.findings import (
    PROBABILITY_COLUMNS,
    Answer,
    Findings,
    GateAnswer,
    HemorrhageType,
    OperatingPoint,
    Side,
)
from ichviewer.analysis.gate import Header
from ichviewer.errors import ModelError
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Cancelled
from ichviewer.workflow.analysing import header_of
from tests.analysis import phantoms
from tests.analysis.real_series import GE_HEAD, series_of, volume_of
from tests.analysis.threshold_model import write_model

CT = Header(modality="CT")
BLEED = ((30.0, 10.0, 10.0), (15.0, 15.0, 15.0))
BLEED_ML = 4 / 3 * np.pi * 15**3 / 1000
SHIPPED = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "threshold")
    return folder


def check_whole(findings: Findings, volume: Volume) -> None:
    """What holds for any Findings of a volume that was read."""
    slices = volume.shape_kji[0]
    assert findings.slice_probability.shape == (slices, 6)
    assert findings.mask.shape == volume.shape_kji
    assert findings.mask.dtype == np.uint8
    for values in (findings.slice_probability, findings.study_probability):
        assert values.dtype == np.float32
        assert ((values >= 0) & (values <= 1)).all()
    assert findings.slice_thresholds is not None
    assert findings.slice_thresholds.shape == (6,)
    assert findings.cam is not None
    evidence = findings.cam.plane(slices // 2, 0)
    assert evidence.shape == volume.shape_kji[1:]
    assert 0 <= evidence.min() <= evidence.max() <= 1
    assert len(findings.answers) == 6
    assert np.linalg.norm(findings.embedding) == pytest.approx(1, abs=1e-4)
    assert not findings.mask.flags.writeable
    per_slice_ml = (findings.mask > 0).sum(axis=(1, 2)) * volume.grid.voxel_ml
    assert findings.volume_ml() == pytest.approx(per_slice_ml.sum(), rel=1e-6, abs=1e-9)
    assert [x.number for x in findings.lesions] == list(range(1, len(findings.lesions) + 1))


@pytest.mark.parametrize(
    ("grid", "center_mm", "side"),
    [
        (phantoms.make_grid(px=200, px_mm=1.15), (0.0, 0.0, 0.0), Side.LEFT),
        (
            phantoms.make_grid(px=240, px_mm=1.0, tilt_deg=18.5, slices=32, signs_ji=(-1, 1)),
            (10.0, 5.0, 0.0),
            Side.LEFT,
        ),
        (
            phantoms.make_grid(px=200, px_mm=1.15, slices=52, gaps_mm=2.5, signs_ji=(1, -1)),
            (-20.0, 0.0, 0.0),
            Side.LEFT,
        ),
    ],
)
def test_phantom_with_one_hemorrhage(
    models: Path, grid, center_mm: tuple[float, float, float], side: Side
) -> None:
    """In the head's own left, whatever the image's columns and wherever the head lies."""
    volume = phantoms.head(grid, center_mm=center_mm, bleed_mm=BLEED)
    findings = analyze(volume, CT, models, device="cpu")
    check_whole(findings, volume)
    (lesion,) = findings.lesions
    assert lesion.kind is HemorrhageType.INTRAPARENCHYMAL
    assert lesion.volume_ml == pytest.approx(BLEED_ML, rel=0.1)
    assert lesion.diameter_mm == pytest.approx(30, abs=2.5)
    assert lesion.side is side
    assert lesion.centroid_lps_mm == pytest.approx(np.add(BLEED[0], center_mm), abs=1.5)
    assert lesion.agreement > 0.7
    assert findings.midline is not None
    assert findings.midline.left_mm(np.array(center_mm)) == pytest.approx(0.0, abs=1.5)
    assert findings.found_types == (HemorrhageType.INTRAPARENCHYMAL,)
    assert findings.is_any_found
    assert findings.embedding_identity == "threshold-1"
    stages = {"gate", "loading", "preparation", "networks", "detection", "mask", "lesions"}
    assert stages <= set(findings.seconds)
    assert findings.models[0].device.startswith("CPU")


def test_in_a_head_with_contrast_nothing_is_called_present(models: Path) -> None:
    grid = phantoms.make_grid(px=200, px_mm=1.15)
    plain = phantoms.head(grid, bleed_mm=BLEED)
    enhanced = phantoms.with_vessels(plain, vessel_hu=150)
    of_plain, of_enhanced = (analyze(v, CT, models, device="cpu") for v in (plain, enhanced))
    assert of_plain.answers[0] is Answer.PRESENT
    assert of_enhanced.is_any_found
    assert any("contrast" in reason for reason in of_enhanced.gate.reasons)
    assert Answer.PRESENT not in of_enhanced.answers
    assert of_enhanced.answers[0] is Answer.UNCERTAIN


def test_a_lesion_is_as_probable_as_the_manifest_says(tmp_path: Path) -> None:
    """By the voxels alone: of 1.3 mL in one place, shown or not by the operating point."""
    regions = {
        "intercept": -1.0,
        "weights": {"any": 0.0, "type": 0.0, "voxels": 1.0, "log_ml": 0.0, "vessels": 0.0},
        "shown_from": {"sensitive": 0.1, "balanced": 0.2, "specific": 0.99},
    }
    point = {
        "study": dict.fromkeys(PROBABILITY_COLUMNS, 0.5),
        "slice": dict.fromkeys(PROBABILITY_COLUMNS, 0.5),
        "mask_probability": 0.5,
    }
    write_model(
        tmp_path / "threshold",
        regions=regions,
        operating_points={"balanced": point, "specific": point},
    )
    small = (BLEED[0], (7.0, 7.0, 7.0))
    volume = phantoms.head(phantoms.make_grid(px=200, px_mm=1.15), bleed_mm=small)
    balanced, specific = (
        analyze(volume, CT, tmp_path, device="cpu", point=at)
        for at in (OperatingPoint.BALANCED, OperatingPoint.SPECIFIC)
    )
    (lesion,) = balanced.lesions
    assert 0.4 < lesion.probability < 0.9
    assert (balanced.lesions_shown_from, specific.lesions_shown_from) == (0.2, 0.99)
    assert specific.lesions == ()
    assert not specific.mask.any()
    assert (
        "1.3 mL was marked where hemorrhage is less probable than 99%, and is not shown."
        in specific.notes
    )


def test_head_without_blood_is_no_finding_and_no_clearance(models: Path) -> None:
    volume = phantoms.head(phantoms.make_grid(px=200, px_mm=1.15))
    findings = analyze(volume, CT, models, device="cpu")
    check_whole(findings, volume)
    assert findings.gate.answer is GateAnswer.ACCEPTED
    assert findings.lesions == ()
    assert not findings.mask.any()
    assert findings.notes[0] == "No finding by model threshold 1.0; not a clearance."


def test_several_files_give_what_one_gives(models: Path, tmp_path: Path) -> None:
    for role in ("detection", "segmentation", "embedding"):
        write_model(tmp_path / role, roles=(role,))
    volume = phantoms.head(phantoms.make_grid(px=160, px_mm=1.4), bleed_mm=BLEED)
    one, several = (analyze(volume, CT, m, device="cpu") for m in (models, tmp_path))
    np.testing.assert_array_equal(one.mask, several.mask)
    np.testing.assert_array_equal(one.slice_probability, several.slice_probability)
    np.testing.assert_allclose(one.embedding, several.embedding, atol=1e-6)
    assert {m.roles for m in several.models} == {("detection",), ("segmentation",), ("embedding",)}


def test_same_input_gives_same_findings(models: Path) -> None:
    volume = phantoms.head(phantoms.make_grid(px=160, px_mm=1.4), bleed_mm=BLEED)
    first, second = (analyze(volume, CT, models, device="cpu") for _ in range(2))
    np.testing.assert_array_equal(first.mask, second.mask)
    np.testing.assert_array_equal(first.embedding, second.embedding)
    assert str(first.lesions) == str(second.lesions)  # NaN equals NaN there


def test_refused_input_has_no_probability(models: Path) -> None:
    volume = phantoms.head(phantoms.make_grid(px=160, px_mm=1.4))
    findings = analyze(volume, replace(CT, modality="MR"), models)
    assert findings.gate.answer is GateAnswer.REFUSED
    assert np.isnan(findings.study_probability).all()
    assert np.isnan(findings.slice_probability).all()
    assert findings.embedding.size == 0
    assert findings.found_types == ()
    assert not findings.is_any_found
    assert findings.lesions == findings.models == ()
    assert not findings.mask.any()


def test_slices_below_the_brain_are_not_read(models: Path) -> None:
    """A dense block in a long neck: no brain there, no alarm, and a sentence about it."""
    grid = phantoms.make_grid(slices=60, px=160, px_mm=1.4)  # z from -147 to 147
    head = phantoms.head(grid)
    hu = head.hu.copy()
    hu[phantoms.ellipsoid(grid, (0, 0, -120), (30, 30, 20))] = 70
    findings = analyze(Volume(hu, grid), CT, models, device="cpu")
    assert findings.lesions == ()
    assert not findings.is_any_found
    assert any("the models read those" in note for note in findings.notes)
    unread = grid.slice_positions_lps_mm[:, 2] < -90
    assert (findings.slice_probability[unread] == 0).all()


def test_missing_models_are_a_clear_sentence(tmp_path: Path) -> None:
    volume = phantoms.head(phantoms.make_grid(px=160, px_mm=1.4))
    with pytest.raises(ModelError, match="Copy the folder of a model"):
        analyze(volume, CT, tmp_path)


@pytest.mark.parametrize(
    "when", ["Analysis: gate", "Reading slices with the model", "Analysis: lesions"]
)
def test_cancel_between_stages(models: Path, when: str) -> None:
    def progress(done: int, total: int, what: str) -> None:
        if what == when:
            raise Cancelled("cancelled")

    volume = phantoms.head(phantoms.make_grid(px=160, px_mm=1.4), bleed_mm=BLEED)
    with pytest.raises(Cancelled):
        analyze(volume, CT, models, progress, device="cpu")


def test_shipped_model_reads_the_real_ge_head() -> None:
    """Whole and consistent; what it says is in the model card, not in this test."""
    if not any(SHIPPED.glob("*/manifest.json")):
        pytest.skip("no model in models/")
    (series,) = series_of(GE_HEAD)
    volume = volume_of(GE_HEAD)
    findings = analyze(volume, header_of(series), SHIPPED, device="cpu")
    check_whole(findings, volume)
    assert findings.gate.answer is GateAnswer.WARNED


@pytest.mark.parametrize(
    "kind", ["noise", "brain only", "bone only", "below air", "garbage", "tiny"]
)
@pytest.mark.parametrize("shape_kji", [(1, 40, 90), (2, 1, 1), (7, 120, 60)])
def test_what_is_no_head_is_refused_without_a_crash(
    models: Path, kind: str, shape_kji: tuple[int, int, int]
) -> None:
    rng = np.random.default_rng(5)
    values = {
        "noise": rng.normal(0, 500, shape_kji),
        "brain only": np.full(shape_kji, 30.0),
        "bone only": np.full(shape_kji, 1500.0),
        "below air": np.full(shape_kji, -3000.0),
        "garbage": rng.integers(-32768, 32767, shape_kji),
        "tiny": np.full(shape_kji, 1e-3),
    }[kind]
    even = phantoms.make_grid(slices=shape_kji[0], px=8, px_mm=1.0)
    grid = Grid(
        shape_kji,
        even.slice_positions_lps_mm,
        even.column_step_lps_mm,
        even.row_step_lps_mm,
        even.geometry,
    )
    for dtype in (np.int16, np.float32):
        findings = analyze(Volume(values.astype(dtype), grid), CT, models, device="cpu")
        assert findings.gate.answer is GateAnswer.REFUSED


def test_operating_point_that_the_user_chose(tmp_path: Path) -> None:
    """A point that the model lacks is replaced, and that is said; one it has changes the answer."""
    column = dict.fromkeys(PROBABILITY_COLUMNS, 0.999)
    point = {"study": column, "slice": column, "mask_probability": 0.999}
    write_model(tmp_path / "threshold", operating_points={"specific": point})
    volume = phantoms.head(phantoms.make_grid(px=150, px_mm=1.5), bleed_mm=BLEED)
    strict = analyze(volume, CT, tmp_path, device="cpu", point=OperatingPoint.SPECIFIC)
    assert strict.operating_point is OperatingPoint.SPECIFIC
    assert strict.thresholds == pytest.approx(0.999)
    assert Answer.PRESENT not in strict.answers[1:]
    usual = analyze(volume, CT, tmp_path, device="cpu", point=OperatingPoint.SENSITIVE)
    assert usual.operating_point is OperatingPoint.BALANCED
    assert any("has no sensitive operating point" in note for note in usual.notes)
    assert usual.answers[HemorrhageType.INTRAPARENCHYMAL] is Answer.PRESENT
