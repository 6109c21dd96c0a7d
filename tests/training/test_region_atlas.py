"""Heads that the atlas was not made of are laid over it, whole and in part."""

from pathlib import Path

import numpy as np
import pytest

from ichviewer.analysis.alignment import Shape, align
from ichviewer.analysis.atlas import SPACES, TISSUES, load_atlas
from training.anatomy import is_available
from training.region_atlas import BUILT_FROM, read_head, shape_of

ATLAS_FILE = Path(__file__).parents[2] / "resources" / "atlas" / "head_atlas.npz"

pytestmark = pytest.mark.skipif(not is_available(), reason="needs the label maps, not here")


@pytest.mark.parametrize(("number", "lowest_mm"), [(4, -200.0), (14, -25.0)])
def test_regions_of_a_held_out_head(number: int, lowest_mm: float) -> None:
    """The second is cut off at the skull base."""
    assert number not in BUILT_FROM
    atlas = load_atlas(ATLAS_FILE)
    head = read_head(number)
    whole = shape_of(head)
    middle_mm = float(np.median(whole.lps_mm[:, 2]))
    kept = whole.lps_mm[:, 2] > middle_mm + lowest_mm
    fit = align(Shape(whole.lps_mm[kept], whole.values[kept]), atlas)
    index = np.moveaxis(np.indices(head.shares.shape[1:]), 0, -1)
    lps_mm = index @ head.to_lps[:3, :3].T + head.to_lps[:3, 3]
    for name, regions, names in (
        ("thalamus", atlas.tissue, TISSUES),
        ("basal ganglia", atlas.tissue, TISSUES),
        ("cerebellum", atlas.tissue, TISSUES),
        ("lateral ventricle", atlas.space, SPACES),
    ):
        there = lps_mm[(head.share(name) > 0.6) & (lps_mm[..., 2] > middle_mm + lowest_mm)]
        if len(there) < 30:
            continue
        found = atlas.numbers(regions, fit.atlas_lps_mm(there))
        assert (found == names.index(name)).mean() > 0.6, name
