"""From slab probabilities to labels on the Volume's own voxels."""

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.head import HEAD_SPEC
from ichviewer.analysis.prepare import prepare
from ichviewer.analysis.reading import NOT_READ, on_slabs, on_slices, part_of
from ichviewer.analysis.segment import mark, on_volume
from tests.analysis import phantoms

GRID = phantoms.make_grid(slices=24, px=180, px_mm=1.3, gaps_mm=2.5, signs_ji=(-1, 1))
CENTER, RADII = (25.0, -15.0, 5.0), (14.0, 18.0, 16.0)


@pytest.fixture(scope="module")
def volume():
    return phantoms.head(GRID, bleed_mm=(CENTER, RADII))


def slabs_of(prepared, kinds: dict[HemorrhageType, np.ndarray]) -> np.ndarray:
    """Probabilities 0.9 where a (N, S, S) region says so."""
    shape = (len(prepared.image), 6, *prepared.image.shape[2:])
    segmentation = np.zeros(shape, np.float32)
    for kind, region in kinds.items():
        segmentation[:, kind][region] = 0.9
    segmentation[:, 0] = 1 - segmentation.sum(axis=1)
    return segmentation


def test_mask_lies_on_the_blood_it_was_drawn_on(volume) -> None:
    prepared = prepare(volume, HEAD_SPEC)
    hu = prepared.image[:, 0] * 4048 - 1024
    blood = (hu > 50) & (hu < 90)
    blood[:, :60] = blood[:, :, :60] = blood[:, 160:] = blood[:, :, 160:] = False
    marked = mark(
        prepared, slabs_of(prepared, {HemorrhageType.INTRAPARENCHYMAL: blood}), volume, 0.5
    )
    truth = phantoms.ellipsoid(GRID, CENTER, RADII)
    found = marked.mask == HemorrhageType.INTRAPARENCHYMAL
    dice = 2 * (found & truth).sum() / (found.sum() + truth.sum())
    assert dice > 0.85
    assert set(np.unique(marked.mask)) == {0, 2}
    assert marked.probability[marked.mask > 0].min() >= 0.5
    assert (marked.probability[marked.mask == 0] == 0).all()


def test_types_together_decide_what_is_blood(volume) -> None:
    """Two types of 0.3 are blood at 0.5, and the more probable one names it."""
    prepared = prepare(volume, HEAD_SPEC)
    segmentation = np.zeros((len(prepared.image), 6, 224, 224), np.float32)
    segmentation[:, HemorrhageType.SUBARACHNOID, 100:120, 100:120] = 0.28
    segmentation[:, HemorrhageType.INTRAVENTRICULAR, 100:120, 100:120] = 0.32
    segmentation[:, 0] = 1 - segmentation.sum(axis=1)
    marked = mark(prepared, segmentation, volume, 0.5)
    assert set(np.unique(marked.mask)) == {0, HemorrhageType.INTRAVENTRICULAR}
    assert float(marked.probability.max()) == pytest.approx(0.6, abs=1e-2)


def test_extra_axial_collection_has_one_type(volume) -> None:
    prepared = prepare(volume, HEAD_SPEC)
    epidural = np.zeros((len(prepared.image), 224, 224), bool)
    subdural = epidural.copy()
    epidural[:, 100:110, 70:90] = True
    subdural[:, 100:110, 90:140] = True  # beside it, and more of it
    both = {HemorrhageType.EPIDURAL: epidural, HemorrhageType.SUBDURAL: subdural}
    marked = mark(prepared, slabs_of(prepared, both), volume, 0.5)
    assert set(np.unique(marked.mask)) == {0, HemorrhageType.SUBDURAL}
    inside = {HemorrhageType.EPIDURAL: epidural, HemorrhageType.INTRAPARENCHYMAL: subdural}
    marked = mark(prepared, slabs_of(prepared, inside), volume, 0.5)
    assert set(np.unique(marked.mask)) == {0, 1, 2}


def test_bone_and_fat_are_never_marked(volume) -> None:
    prepared = prepare(volume, HEAD_SPEC)
    everywhere = np.ones((len(prepared.image), 224, 224), bool)
    marked = mark(prepared, slabs_of(prepared, {HemorrhageType.SUBDURAL: everywhere}), volume, 0.5)
    assert volume.hu[marked.mask > 0].max() < 200
    assert volume.hu[marked.mask > 0].min() > -50
    assert (marked.mask > 0)[volume.hu == 70].all()
    assert (marked.probability > 0)[marked.mask > 0].all()
    assert not marked.probability[marked.mask == 0].any()


def test_region_of_slabs_on_the_volume(volume) -> None:
    prepared = prepare(volume, HEAD_SPEC)
    region = np.zeros((len(prepared.image), 224, 224), bool)
    region[3, 80:120, 90:110] = True
    out = on_volume(prepared, region, volume)
    assert out[prepared.slab_of_k == 3].any()
    assert not out[prepared.slab_of_k != 3].any()
    area_mm2 = out[np.flatnonzero(prepared.slab_of_k == 3)[0]].sum() * 1.3**2
    assert area_mm2 == pytest.approx(40 * 20, rel=0.08)


def test_reading_a_part_gives_the_same_place(volume) -> None:
    prepared = prepare(volume, HEAD_SPEC)
    wanted = np.zeros(24, bool)
    wanted[8:13] = True  # slabs of two slices, counted from the feet: 7, 6 and 5
    part = part_of(prepared, wanted)
    np.testing.assert_array_equal(part.image, prepared.image[5:8])
    np.testing.assert_array_equal(np.flatnonzero(part.slab_of_k != NOT_READ), np.arange(8, 14))
    slabs = np.array([[0.1], [0.5], [0.9]], np.float32)
    slices = on_slices(slabs, part)[:, 0]
    np.testing.assert_allclose(slices[7:15], [0, 0.9, 0.9, 0.5, 0.5, 0.1, 0.1, 0])
    np.testing.assert_allclose(on_slabs(slices, part), slabs[:, 0])
