"""A head made of the atlas, turned, shifted and scaled by known amounts, is laid back over it."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from ichviewer.analysis.atlas import SPACES, TISSUES, Atlas, load_atlas
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.head import Head, find_head
from ichviewer.analysis.midline import find_midline
from ichviewer.analysis.place import Place, find_place
from ichviewer.errors import ModelError
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from tests.analysis import phantoms

ATLAS_FILE = Path(__file__).parents[2] / "resources" / "atlas" / "head_atlas.npz"


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return load_atlas(ATLAS_FILE)


def head_of(atlas: Atlas, to_atlas: np.ndarray, grid: Grid) -> Volume:
    """The atlas's skull and brain cavity as a Volume; `to_atlas` is (4, 4) from patient LPS mm."""
    at = phantoms.positions_lps_mm(grid) @ to_atlas[:3, :3].T + to_atlas[:3, 3]
    index = np.moveaxis(atlas.index(at), -1, 0)
    cavity = ndimage.map_coordinates(atlas.cavity, index, order=1, mode="constant")
    bone = ndimage.map_coordinates(atlas.bone, index, order=1, mode="constant")
    hu = np.select([cavity > 0.5, bone > 0.2], [30.0, 900.0], -1000.0)
    hu += np.random.default_rng(0).normal(0, 3, hu.shape)
    return Volume(hu.astype(np.int16), grid)


def pose(yaw_deg: float, scale: float, shift_mm: tuple[float, float, float]) -> np.ndarray:
    """Patient LPS mm to atlas LPS mm."""
    yaw = np.radians(yaw_deg)
    matrix = np.eye(4)
    turn = [[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]]
    matrix[:3, :3] = scale * np.array(turn)
    matrix[:3, 3] = shift_mm
    return matrix


def place_of(volume: Volume, atlas: Atlas) -> tuple[Place, Head]:
    head = find_head(volume)
    place = find_place(volume, head, find_midline(volume, head), atlas)
    assert place is not None
    return place, head


def test_known_pose_is_found_and_sites_are_named(atlas: Atlas) -> None:
    to_atlas = pose(11.0, 0.95, (6.0, -14.0, 9.0))
    grid = phantoms.make_grid(slices=30, px=150, px_mm=1.5)
    volume = head_of(atlas, to_atlas, grid)
    place, head = place_of(volume, atlas)
    assert place.is_sure
    inside = phantoms.positions_lps_mm(grid)[volume.hu > 0][::200]
    wanted = inside @ to_atlas[:3, :3].T + to_atlas[:3, 3]
    off_mm = np.linalg.norm(place.alignment.atlas_lps_mm(inside) - wanted, axis=1)
    assert np.median(off_mm) < 3.0
    assert np.percentile(off_mm, 95) < 6.0
    midline = find_midline(volume, head)
    back = np.linalg.inv(to_atlas)

    def site(kind: HemorrhageType, regions: np.ndarray, number: int) -> str:
        """Of a blood-filled middle part of a region."""
        depth = ndimage.distance_transform_edt((regions == number) & (atlas.cavity > 0.5))
        core = np.argwhere(depth >= 0.6 * depth.max())
        lps = core * atlas.step_mm + np.array(atlas.first_lps_mm)
        return place.site(kind, lps @ back[:3, :3].T + back[:3, 3], midline)

    for number, name in enumerate(TISSUES):
        if number:
            assert site(HemorrhageType.INTRAPARENCHYMAL, atlas.tissue, number) == name
    for name in ("lateral ventricle", "third ventricle", "fourth ventricle"):
        assert site(HemorrhageType.INTRAVENTRICULAR, atlas.space, SPACES.index(name)) == name
    assert (
        site(HemorrhageType.SUBARACHNOID, atlas.space, SPACES.index("basal cisterns"))
        == "basal cisterns"
    )
    shown = place.cavity(head, volume)
    assert (shown & head.brain).sum() > 0.97 * head.brain.sum()
    assert shown.sum() < 1.5 * head.brain.sum()


def test_collections_outside_the_brain(atlas: Atlas) -> None:
    grid = phantoms.make_grid(slices=30, px=150, px_mm=1.5)
    volume = head_of(atlas, np.eye(4), grid)
    place, head = place_of(volume, atlas)
    midline = find_midline(volume, head)
    depth_mm = ndimage.distance_transform_edt(atlas.cavity > 0.5) * atlas.step_mm
    index = np.moveaxis(np.indices(atlas.cavity.shape), 0, -1)
    lps = index * atlas.step_mm + np.array(atlas.first_lps_mm)
    x, y, z = np.moveaxis(lps, -1, 0)
    rim = (depth_mm > 0) & (depth_mm <= 8)
    subdural = HemorrhageType.SUBDURAL
    frontal = rim & (x > 30) & (y < -20) & (z > 20)
    assert place.site(subdural, lps[frontal], midline) == "convexity, frontal lobe"
    occipital = rim & (x < -10) & (y > 80) & (z > 5) & (z < 40)
    assert place.site(subdural, lps[occipital], midline) == "convexity, occipital lobe"
    falx = (depth_mm > 14) & (np.abs(x) < 4) & (z > 30) & (y < 0)
    assert place.site(subdural, lps[falx], midline) == "falx"
    below = rim & (z < -30) & (y > 50)
    assert place.site(HemorrhageType.EPIDURAL, lps[below], midline) == "posterior fossa"


def test_missing_atlas_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing or damaged"):
        load_atlas(tmp_path / "head_atlas.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match="missing or damaged"):
        load_atlas(tmp_path / "broken.npz")
