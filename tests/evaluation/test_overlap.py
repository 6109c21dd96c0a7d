"""Masks compared: blocks of known size, borders against brute force and SimpleITK."""

import numpy as np
import pytest
import SimpleITK as sitk
from scipy.spatial.distance import cdist

from ichviewer.evaluation.overlap import compare, totals
from ichviewer.evaluation.segmentation import Overlaps, describe, describe_amounts
from ichviewer.evaluation.surface import surface_dice
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import make_grid

IPH, SDH = 2, 5


def volume_of(**grid: object) -> Volume:
    made = make_grid(**grid)
    return Volume(np.zeros(made.shape_kji, np.int16), made)


def blocks() -> tuple[Volume, np.ndarray, np.ndarray]:
    """5 slices of 4 mm, pixels of 0.5 mm: true and marked blocks that share a half."""
    volume = volume_of(slices=5, px=40, px_mm=0.5, gaps_mm=4.0)
    truth, marked = np.zeros((2, *volume.shape_kji), np.uint8)
    truth[1:3, 5:15, 5:15] = IPH
    marked[1:3, 10:20, 5:15] = IPH
    marked[4, 30:34, 30:34] = SDH
    return volume, truth, marked


def test_amounts_are_those_of_the_blocks() -> None:
    volume, truth, marked = blocks()
    overlap = compare(truth, marked, volume)
    voxel_ml = 0.5 * 0.5 * 4 / 1000
    true, said, shared = totals(overlap.amount)
    assert true[[0, IPH, SDH]] == pytest.approx([200 * voxel_ml, 200 * voxel_ml, 0])
    assert said[[0, IPH, SDH]] == pytest.approx([216 * voxel_ml, 200 * voxel_ml, 16 * voxel_ml])
    assert shared[[0, IPH, SDH]] == pytest.approx([100 * voxel_ml, 100 * voxel_ml, 0])
    assert overlap.area_mm2[1, IPH, IPH] == pytest.approx(50 * 0.25)
    (lesion,) = overlap.lesions
    assert lesion.kind == IPH
    assert lesion.amount == pytest.approx(200 * voxel_ml)
    assert lesion.is_found
    assert lesion.is_found_as_type
    assert overlap.false_amounts == pytest.approx([16 * voxel_ml])


def test_dice_by_arithmetic_and_the_empty_case_rule() -> None:
    volume, truth, marked = blocks()
    nothing = np.zeros_like(truth)
    pairs = [(truth, marked), (nothing, marked), (nothing, nothing), (truth, nothing)]
    overlaps = [compare(*pair, volume) for pair in pairs]
    described = describe(
        Overlaps(
            np.array([one.amount for one in overlaps]),
            np.array([one.surface for one in overlaps]),
            list("abcd"),
        )
    )
    any_blood = described["classes"]["any"]
    assert any_blood["images_with_it"] == 2
    assert described["any_dice_mean"] == pytest.approx((2 * 100 / 416 + 0) / 2, abs=1e-4)
    assert any_blood["iou_mean"] == pytest.approx((100 / 316 + 0) / 2, abs=1e-4)
    assert any_blood["dice_mean_empty_is_one"] == pytest.approx(
        (2 * 100 / 416 + 0 + 1 + 0) / 4, abs=1e-4
    )
    assert described["macro_dice"] == pytest.approx((0.5 + 0) / 2, abs=1e-4)
    assert described["macro_dice_types"] == ["intraparenchymal"]
    assert described["any_dice_mean_interval"] is None
    amounts = describe_amounts(
        Overlaps(np.array([o.amount for o in overlaps]), np.zeros((4, 6)), list("abcd")),
        [lesion for one in overlaps for lesion in one.lesions],
        [one.false_amounts for one in overlaps],
        "mL",
    )
    assert amounts["classes"]["any"]["dice_pooled"] == pytest.approx(200 / (400 + 432), abs=1e-4)
    false = amounts["false_amount_on_negatives"]
    assert (false["images"], false["images_marked"]) == (2, 1)
    assert false["largest"] == pytest.approx(216 * 0.001, abs=1e-4)
    error = np.array([16, 216, 0, -200]) * 0.001
    agreement = amounts["classes"]["any"]["amount_error"]
    assert agreement["bias"] == pytest.approx(error.mean(), abs=1e-4)
    limits = error.mean() + 1.96 * error.std(ddof=1) * np.array([-1, 1])
    assert agreement["limits_of_agreement"] == pytest.approx(limits, abs=1e-4)
    bins = {(one["above"], one["up_to"]): one for one in amounts["lesions"]}
    assert bins[0.0, 0.2]["lesions"] + bins[0.2, 1.0]["lesions"] == 2
    assert sum(one["found"] for one in amounts["lesions"]) == 1
    assert amounts["confusion"]["true_by_marked"][IPH][0] == pytest.approx(0.3, abs=1e-4)


def test_uneven_slices_weigh_what_they_stand_for() -> None:
    volume = volume_of(slices=4, px=20, px_mm=1.0, gaps_mm=np.array([2.0, 2.0, 8.0]))
    truth = np.zeros(volume.shape_kji, np.uint8)
    truth[:, 2:12, 2:12] = IPH
    amount = compare(truth, truth, volume).amount
    assert amount[IPH, IPH] == pytest.approx(100 * volume.grid.slice_weights_mm.sum() / 1000)


def test_a_single_slice_is_measured_in_mm2() -> None:
    volume = volume_of(slices=1, px=50, px_mm=0.5)
    truth, marked = np.zeros((2, *volume.shape_kji), np.uint8)
    truth[0, 10:20, 10:20] = SDH
    marked[0, 12:22, 10:20] = SDH
    overlap = compare(truth, marked, volume)
    assert overlap.amount[SDH, SDH] == pytest.approx(80 * 0.25)
    assert overlap.lesions[0].amount == pytest.approx(25.0)


@pytest.mark.parametrize(
    "grid",
    [
        {"slices": 1, "px": 48, "px_mm": 0.7},
        {"slices": 7, "px": 48, "px_mm": 0.7, "gaps_mm": 1.1},
        {"slices": 7, "px": 48, "px_mm": 0.7, "gaps_mm": 1.5, "tilt_deg": 20.0},
        {"slices": 7, "px": 48, "px_mm": 0.7, "gaps_mm": np.array([1, 1, 1, 2.5, 2.5, 2.5])},
    ],
)
def test_borders_against_brute_force(grid: dict[str, object]) -> None:
    made = make_grid(**grid)
    rng = np.random.default_rng(0)
    regions = np.zeros((2, *made.shape_kji), bool)
    for region in regions:
        j, i = rng.integers(5, 20, 2)
        region[: rng.integers(1, 8), j : j + 17, i : i + 12] = True
    near = count = 0
    borders = []
    for region in regions:
        inner = region.copy()
        for axis in range(3 if made.shape_kji[0] > 1 else 2):
            padded = np.pad(region, 1)
            for step in (0, 2):
                index = [slice(1, -1)] * 3
                at = axis + (0 if made.shape_kji[0] > 1 else 1)
                index[at] = slice(step, padded.shape[at] - 2 + step)
                inner &= padded[tuple(index)]
        borders.append(made.lps_mm(np.argwhere(region & ~inner).astype(float)))
    distances = cdist(*borders)
    for axis in (0, 1):
        near += (distances.min(axis=1 - axis) <= 2.0 + 1e-6).sum()
        count += distances.shape[axis]
    assert surface_dice(*regions, made) == pytest.approx(near / count)


def test_borders_against_simpleitk() -> None:
    """The same share from ITK's exact distance maps of the two borders."""
    made = make_grid(slices=9, px=64, px_mm=0.6, gaps_mm=1.5)
    k, j, i = np.indices(made.shape_kji)
    first = ((k - 4) * 1.5) ** 2 + ((j - 30) * 0.6) ** 2 + ((i - 30) * 0.6) ** 2 < 5.2**2
    second = ((k - 4) * 1.5) ** 2 + ((j - 33) * 0.6) ** 2 + ((i - 28) * 0.6) ** 2 < 6.1**2
    images = []
    for region in (first, second):
        image = sitk.GetImageFromArray(region.astype(np.uint8))
        image.SetSpacing((0.6, 0.6, 1.5))
        images.append(sitk.BinaryContour(image, fullyConnected=False))
    maps = [
        sitk.GetArrayFromImage(
            sitk.SignedMaurerDistanceMap(border, squaredDistance=False, useImageSpacing=True)
        ).clip(min=0)
        for border in images
    ]
    borders = [sitk.GetArrayFromImage(border) > 0 for border in images]
    near = (maps[1][borders[0]] <= 2.0).sum() + (maps[0][borders[1]] <= 2.0).sum()
    expected = near / sum(border.sum() for border in borders)
    assert surface_dice(first, second, made) == pytest.approx(expected, abs=0.005)


def test_empty_surfaces() -> None:
    made = make_grid(slices=1, px=16)
    nothing = np.zeros(made.shape_kji, bool)
    one = nothing.copy()
    one[0, 3:6, 3:6] = True
    assert np.isnan(surface_dice(nothing, nothing, made))
    assert surface_dice(one, nothing, made) == 0
    assert surface_dice(one, one, made) == 1
