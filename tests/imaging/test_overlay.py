"""Label colours sit on exactly their voxels, and the inside stays readable."""

import numpy as np

from ichviewer.imaging.overlay import FILL_SHARE, OverlayStyle, colour_labels, outline

STYLE = OverlayStyle({1: (255, 0, 0), 2: (0, 200, 100)})


def test_nothing_to_show_is_none() -> None:
    assert colour_labels(np.zeros((5, 6), np.uint8), STYLE) is None


def test_one_voxel_is_one_full_pixel() -> None:
    labels = np.zeros((5, 6), np.uint8)
    labels[3, 4] = 2
    overlay = colour_labels(labels, STYLE)
    assert overlay is not None
    assert (overlay.row, overlay.column) == (3, 4)
    assert overlay.rgba.tolist() == [[[0, 200, 100, 255]]]
    assert overlay.boxes == {2: (3, 4, 3, 4)}


def test_outline_is_one_pixel_and_the_fill_at_most_a_fifth() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[1:8, 1:8] = 1
    overlay = colour_labels(labels, STYLE)
    assert overlay is not None
    alpha = overlay.rgba[..., 3]
    assert (alpha[0] == 255).all()
    assert (alpha[:, -1] == 255).all()
    assert (alpha[1:-1, 1:-1] == round(255 * FILL_SHARE)).all()
    assert FILL_SHARE <= 0.2


def test_colours_are_premultiplied() -> None:
    labels = np.ones((5, 5), np.uint8)
    overlay = colour_labels(labels, OverlayStyle(STYLE.colours, opacity=0.5))
    assert overlay is not None
    assert (overlay.rgba[..., :3] <= overlay.rgba[..., 3:]).all()
    assert overlay.rgba[0, 0].tolist() == [128, 0, 0, 128]


def test_neighbouring_labels_both_have_an_outline() -> None:
    labels = np.ones((6, 8), np.uint8)
    labels[:, 4:] = 2
    edge = outline(labels)
    assert edge[:, 3].all()
    assert edge[:, 4].all()
    assert not edge[2, 1]


def test_a_hidden_label_leaves_the_others() -> None:
    labels = np.array([[1, 2, 2]], np.uint8)
    overlay = colour_labels(labels, OverlayStyle(STYLE.colours, hidden=frozenset({1})))
    assert overlay is not None
    assert overlay.column == 1
    assert set(overlay.boxes) == {2}


def test_without_an_outline_all_of_a_region_is_tinted_alike() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[1:8, 1:8] = 1
    overlay = colour_labels(labels, OverlayStyle(STYLE.colours, is_outlined=False))
    assert overlay is not None
    assert set(np.unique(overlay.rgba[..., 3]).tolist()) == {round(255 * FILL_SHARE)}


def test_a_label_gets_its_share_of_the_opacity_of_all() -> None:
    labels = np.array([[1, 2]], np.uint8)
    style = OverlayStyle(STYLE.colours, opacity=0.5, shares={2: 0.4})
    overlay = colour_labels(labels, style)
    assert overlay is not None
    assert overlay.rgba[0, :, 3].tolist() == [round(255 * 0.5), round(255 * 0.2)]
