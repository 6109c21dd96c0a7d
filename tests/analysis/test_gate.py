"""The gate's answers on phantoms made for it and on every real series at hand."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.findings import Gate, GateAnswer
from ichviewer.analysis.gate import Header, check_header, join
from ichviewer.analysis.gate_head import check_head
from ichviewer.analysis.head import find_head
from ichviewer.dicom.load import load_volume
from ichviewer.errors import IchViewerError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.workflow.analysing import header_of
from tests.analysis import phantoms
from tests.analysis.real_series import (
    GE_HEAD,
    PHILIPS_PHANTOM,
    SINGLE_SLICES,
    TOSHIBA_HEAD,
    series_of,
    volume_of,
)

CT = Header(modality="CT", body_part="HEAD", kernel="STD+", kvp=120.0, age_years=60.0)
SMALL = phantoms.make_grid(slices=30, px=170, px_mm=1.35)


def gate_of(volume: Volume, header: Header = CT) -> Gate:
    gate = check_header(volume, header)
    return (
        gate
        if gate.answer is GateAnswer.REFUSED
        else join(gate, check_head(volume, find_head(volume)))
    )


def test_plain_head_is_accepted_without_a_word() -> None:
    assert gate_of(phantoms.head(SMALL)) == Gate(GateAnswer.ACCEPTED)


def test_empty_header_adds_no_doubt() -> None:
    assert check_header(phantoms.head(SMALL), Header()).answer is GateAnswer.ACCEPTED


@pytest.mark.parametrize(
    ("header", "answer", "word"),
    [
        (Header(modality="MR"), GateAnswer.REFUSED, "modality MR"),
        (Header(modality="CT", ai_refusal="Two slices only."), GateAnswer.REFUSED, "Two slices"),
        (Header(modality="CT", body_part="CHEST"), GateAnswer.WARNED, "'CHEST', not head"),
        (Header(modality="CT", contrast="Iomeron"), GateAnswer.WARNED, "contrast"),
        (Header(modality="CT", kernel="BONEPLUS"), GateAnswer.WARNED, "sharp"),
        (Header(modality="CT", kvp=70.0), GateAnswer.WARNED, "70 kV"),
        (Header(modality="CT", age_years=4.0), GateAnswer.WARNED, "4 years"),
    ],
)
def test_header_in_words(header: Header, answer: GateAnswer, word: str) -> None:
    gate = check_header(phantoms.head(SMALL), header)
    assert gate.answer is answer
    assert any(word in reason for reason in gate.reasons)


def tiny(**changes: object) -> Volume:
    grid = phantoms.make_grid(slices=30, px=8, px_mm=1.0)
    return Volume(np.zeros(grid.shape_kji, np.int16), grid, **changes)


def test_geometry_in_words() -> None:
    def reasons(grid: Grid, **changes: object) -> str:
        gate = check_header(Volume(np.zeros(grid.shape_kji, np.int16), grid, **changes), CT)
        return f"{gate.answer}: {' '.join(gate.reasons)}"

    grid = phantoms.make_grid
    assert "refused: The files give no rescale" in reasons(grid(px=8), is_hu=False)
    assert "warned: The gantry was tilted by 18.5°." in reasons(grid(px=8, tilt_deg=18.5))
    assert "more than the models know" in reasons(grid(px=8, tilt_deg=30.0))
    assert "span 25 mm only" in reasons(grid(px=8, slices=6))
    assert "up to 10.0 mm apart" in reasons(grid(px=8, gaps_mm=10.0))
    assert "refused: Pixels of 3.00 mm" in reasons(grid(px=8, px_mm=3.0))
    assert "A single slice" in reasons(grid(px=8, slices=1))
    uneven = reasons(grid(px=8, slices=30, gaps_mm=np.array([5.0] * 15 + [2.5] * 14)))
    assert "unevenly spaced" in uneven
    upright = Grid((30, 8, 8), np.outer(np.arange(30), [0, 5.0, 0]), [1, 0, 0], [0, 0, -1])
    assert "refused: The planes lie 90° off axial" in reasons(upright)
    on_its_side = Grid((30, 8, 8), np.outer(np.arange(30), [0, 0, 5.0]), [0, 1, 0], [-1, 0, 0])
    assert "refused: The image lies on its side" in reasons(on_its_side)
    lost = Grid((30, 8, 8), np.zeros((30, 3)), [1, 0, 0], [0, 1, 0], GeometryClass.NO_GEOMETRY)
    assert "refused: The slices have no positions" in reasons(lost)


def test_skull_filled_with_air_is_a_phantom() -> None:
    gate = gate_of(phantoms.head(SMALL, brain_hu=-900))
    assert gate.answer is GateAnswer.REFUSED
    assert "phantom" in gate.reasons[0]


def test_plastic_in_a_skull_is_a_phantom() -> None:
    gate = gate_of(phantoms.head(SMALL, brain_hu=90))
    assert gate.answer is GateAnswer.REFUSED


def test_body_without_a_skull_is_no_head() -> None:
    hu = np.where(phantoms.ellipsoid(SMALL, (0, 0, 0), (80, 60, 500)), 40, -1000)
    gate = gate_of(Volume(hu.astype(np.int16), SMALL))
    assert gate.answer is GateAnswer.REFUSED
    assert "No closed skull" in gate.reasons[0]


def test_vessels_on_every_slice_are_contrast() -> None:
    gate = gate_of(phantoms.with_vessels(phantoms.head(SMALL), vessel_hu=150))
    assert gate.answer is GateAnswer.WARNED
    assert any("contrast" in reason for reason in gate.reasons)


def test_a_falx_with_calcium_on_every_slice_is_no_contrast() -> None:
    plain = phantoms.head(SMALL)
    plaque = phantoms.ellipsoid(SMALL, (0, -45, 0), (2, 15, 500))
    hu = np.where(plaque & (np.abs(plain.hu - phantoms.BRAIN_HU) < 25), 200, plain.hu)
    assert gate_of(replace(plain, hu=hu.astype(np.int16))).answer is GateAnswer.ACCEPTED


def test_large_hemorrhage_is_no_contrast() -> None:
    volume = phantoms.head(SMALL, bleed_mm=((30.0, 0.0, 0.0), (25.0, 40.0, 50.0)))
    assert gate_of(volume).answer is GateAnswer.ACCEPTED


def test_noise_of_a_sharp_kernel_is_seen() -> None:
    gate = gate_of(phantoms.head(SMALL, noise_hu=45.0))
    assert any("noise" in reason for reason in gate.reasons)


def test_part_of_a_head_is_warned_about() -> None:
    grid = phantoms.make_grid(slices=8, px=170, px_mm=1.35)
    gate = gate_of(phantoms.head(grid))
    assert gate.answer is GateAnswer.WARNED
    assert any("span 35 mm only" in reason for reason in gate.reasons)


def test_refusal_stands_for_itself() -> None:
    warned = Gate(GateAnswer.WARNED, ("w",))
    refused = Gate(GateAnswer.REFUSED, ("r",))
    accepted = Gate(GateAnswer.ACCEPTED)
    assert join(warned, refused) == join(refused, warned) == refused
    assert join(warned, warned) == Gate(GateAnswer.WARNED, ("w", "w"))
    assert join(accepted, warned) == warned
    assert join(accepted, accepted) == accepted


def test_ge_head_is_warned_for_its_geometry_only() -> None:
    (series,) = series_of(GE_HEAD)
    gate = gate_of(volume_of(GE_HEAD), header_of(series))
    assert gate.answer is GateAnswer.WARNED
    assert any("tilted by 18.5°" in reason for reason in gate.reasons)
    assert not any("contrast" in r or "noise" in r or "phantom" in r for r in gate.reasons)


def test_toshiba_head_is_warned_for_contrast_also_without_the_header() -> None:
    (series,) = series_of(TOSHIBA_HEAD)
    for header in (header_of(series), Header()):
        gate = gate_of(volume_of(TOSHIBA_HEAD), header)
        assert gate.answer is GateAnswer.WARNED
        assert any("contrast" in reason for reason in gate.reasons)


def test_every_philips_series_is_refused_by_its_pixels_too() -> None:
    for series in series_of(PHILIPS_PHANTOM):
        header = header_of(series)
        try:
            volume = load_volume(series)
        except IchViewerError:
            assert header.ai_refusal
            continue
        assert gate_of(volume, header).answer is GateAnswer.REFUSED, series.description
        if volume.geometry is not GeometryClass.NO_GEOMETRY and volume.is_hu:
            assert gate_of(volume, Header("CT")).answer is GateAnswer.REFUSED, series.description


def test_real_slice_alone_is_read_with_a_warning() -> None:
    """693: a head slice with a large chronic collection."""
    for series in series_of(SINGLE_SLICES):
        if "693_UNCR" not in series.instances[0].path.name:
            continue
        header = header_of(series)
        assert not header.ai_refusal
        gate = gate_of(load_volume(series), header)
        assert gate.answer is GateAnswer.WARNED
        assert "A single slice" in gate.reasons[0]


def test_slice_alone_that_does_not_say_how_it_lies_has_no_known_side() -> None:
    grid = Grid((1, 8, 8), np.zeros((1, 3)), [1, 0, 0], [0, 1, 0], GeometryClass.NO_GEOMETRY)
    gate = check_header(Volume(np.zeros(grid.shape_kji, np.int16), grid), CT)
    assert gate.answer is GateAnswer.WARNED
    assert "which side is left is not known" in gate.reasons[1]


@pytest.mark.parametrize(
    ("half_width_mm", "behind_mm", "answer"),
    [(10, -60, GateAnswer.WARNED), (34, -40, GateAnswer.WARNED), (90, 20, GateAnswer.REFUSED)],
)
def test_ring_of_a_slice_alone_may_be_open_as_between_the_orbits(
    half_width_mm: float, behind_mm: float, answer: GateAnswer
) -> None:
    grid = phantoms.make_grid(slices=1, px=170, px_mm=1.35)
    hu = phantoms.head(grid).hu.copy()
    x, y, _ = np.moveaxis(phantoms.positions_lps_mm(grid), -1, 0)
    hu[(np.abs(x) < half_width_mm) & (y < behind_mm) & (hu > 500)] = 40
    assert gate_of(Volume(hu, grid)).answer is answer


def test_slice_alone_may_be_cut_off_by_the_edge_of_its_image() -> None:
    grid = phantoms.make_grid(slices=1, px=170, px_mm=1.35)
    hu = phantoms.head(grid).hu
    rows = np.flatnonzero((hu[0] > 500).any(1))
    cut = hu[:, : rows[-1] - 12].copy()
    assert (cut[0, -1] < 500).mean() > 0.2
    assert gate_of(Volume(cut, replace(grid, shape_kji=cut.shape))).answer is GateAnswer.WARNED


def test_soft_tissue_without_bone_about_it_is_no_head() -> None:
    grid = phantoms.make_grid(slices=1, px=170, px_mm=1.35)
    hu = phantoms.head(grid).hu
    boneless = np.where(hu > 500, 40, hu).astype(np.int16)
    assert gate_of(Volume(boneless, grid)).answer is GateAnswer.REFUSED
