"""Voxels inside outlines, counted one by one and by ITK: exact on every grid and cut."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ichviewer.imaging.cut import Cut, cut_of, cut_through
from ichviewer.imaging.measure import measure
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.regions import Ellipse, Polygon, box_outline, histogram_of, voxels_inside
from ichviewer.imaging.volume import Volume
from tests.imaging.series import SCANS, Scan, grid_of, volume_of

#: Corners on the sheet, relative to the middle of the cut, in mm.
OUTLINES = {
    Kind.ELLIPSE: [(-9.1, -6.3), (7.7, 8.9)],
    Kind.RECTANGLE: [(8.2, -7.1), (-6.6, 5.3)],
    Kind.POLYGON: [(-9.3, -8.1), (1.2, -3.3), (9.9, -7.7), (5.1, 8.8), (-2.2, 1.1), (-8.3, 7.4)],
    Kind.FREEHAND: [
        (9 * np.cos(t) * (1 + 0.3 * np.sin(5 * t)), 8 * np.sin(t)) for t in np.linspace(0, 6.2, 40)
    ],
}


def drawn(kind: Kind, cut: Cut) -> Measurement:
    """A region of this kind in the middle of a cut."""
    x, y = cut.centers_mm
    middle = np.array([x.mean(), y.mean()])
    corners = cut.lps_mm(middle + np.array(OUTLINES[kind]))
    return Measurement("1", kind, handles_at(corners, cut.axis))


def handles_at(corners_lps_mm: np.ndarray, axis: Axis = Axis.K) -> tuple[Handle, ...]:
    return tuple(Handle((x, y, z), axis) for x, y, z in corners_lps_mm.tolist())


def holds(kind: Kind, corners: list[list[float]], x: float, y: float) -> bool:
    """Whether one point lies inside: the textbook, one edge after the other."""
    if kind in (Kind.ELLIPSE, Kind.RECTANGLE):
        (x0, y0), (x1, y1) = corners
        u, v = (2 * x - x0 - x1) / (x1 - x0), (2 * y - y0 - y1) / (y1 - y0)
        return u * u + v * v <= 1 if kind is Kind.ELLIPSE else max(abs(u), abs(v)) <= 1
    crossings = 0
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            crossings += 1
    return crossings % 2 == 1


def brute_force(kind: Kind, measurement: Measurement, scan: Scan, cut: Cut) -> np.ndarray:
    """The mask of the region's voxels, from the standard's equation and the textbook alone."""
    right, down = cut.plane.right_lps, cut.plane.down_lps
    corners = [[float(h.lps_mm @ right), float(h.lps_mm @ down)] for h in measurement.handles]
    mask = np.zeros(cut.grid.shape_kji, np.uint8)
    within = list(cut.grid.shape_kji)
    within[cut.axis] = 1
    for found in np.ndindex(*within):
        kji = tuple(cut.index if axis is cut.axis else found[axis] for axis in Axis)
        lps = scan.lps_mm(*kji)
        mask[kji] = holds(kind, corners, float(lps @ right), float(lps @ down))
    return mask


@pytest.mark.parametrize("kind", OUTLINES)
@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("name", SCANS)
def test_statistics_are_those_of_the_voxels_counted_one_by_one(
    name: str, axis: Axis, kind: Kind
) -> None:
    scan, volume = SCANS[name], volume_of(SCANS[name])
    cut = cut_of(volume.grid, axis, volume.shape_kji[axis] // 2)
    measurement = drawn(kind, cut)
    mask = brute_force(kind, measurement, scan, cut)
    found = measure(measurement, volume)
    assert mask.sum() >= 3
    itk = sitk.LabelStatisticsImageFilter()
    itk.Execute(sitk.GetImageFromArray(volume.hu), sitk.GetImageFromArray(mask))
    assert found.value("voxels") == itk.GetCount(1)
    assert found.value("mean") == pytest.approx(itk.GetMean(1), abs=1e-3)
    assert found.value("min") == itk.GetMinimum(1)
    assert found.value("max") == itk.GetMaximum(1)
    # ITK divides by one less than the number of voxels.
    count = itk.GetCount(1)
    expected_sd = itk.GetSigma(1) * np.sqrt((count - 1) / count)
    assert found.value("SD") == pytest.approx(expected_sd, abs=1e-3)
    assert not found.notes


@pytest.mark.parametrize("kind", OUTLINES)
@pytest.mark.parametrize("name", SCANS)
def test_statistics_of_hu_between_whole_numbers_are_exact(name: str, kind: Kind) -> None:
    """As files with a rescale slope that is no whole number give them."""
    scan, whole = SCANS[name], volume_of(SCANS[name])
    volume = Volume((whole.hu * np.float32(0.37) - np.float32(1.25)).astype(np.float32), whole.grid)
    cut = cut_of(volume.grid, Axis.K, 7)
    measurement = drawn(kind, cut)
    inside = volume.hu[brute_force(kind, measurement, scan, cut) > 0].astype(np.float64)
    found = measure(measurement, volume)
    assert found.value("voxels") == inside.size
    assert found.value("mean") == pytest.approx(inside.mean(), abs=1e-3)
    assert found.value("SD") == pytest.approx(inside.std(), abs=1e-3)
    assert found.value("min") == pytest.approx(inside.min(), abs=1e-3)
    assert found.value("max") == pytest.approx(inside.max(), abs=1e-3)


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("name", SCANS)
def test_areas_are_those_of_the_figures_drawn(name: str, axis: Axis) -> None:
    volume = volume_of(SCANS[name])
    cut = cut_of(volume.grid, axis, 5)
    areas = {kind: measure(drawn(kind, cut), volume).value("area") for kind in OUTLINES}
    assert areas[Kind.ELLIPSE] == pytest.approx(np.pi * 16.8 * 15.2 / 4, rel=1e-9)
    assert areas[Kind.RECTANGLE] == pytest.approx(14.8 * 12.4, rel=1e-9)
    # By triangles from the first corner, signed.
    corners = np.array(OUTLINES[Kind.POLYGON])
    fan = [np.linalg.det(corners[[n, n + 1]] - corners[0]) / 2 for n in range(1, 5)]
    assert areas[Kind.POLYGON] == pytest.approx(abs(sum(fan)), rel=1e-9)


def test_a_flat_disk_reads_as_its_own_value_and_no_other() -> None:
    """A disk of 70 HU in 30 HU: inside it the mean is 70 and the spread none."""
    scan = SCANS["tilted and uneven"]
    grid = grid_of(scan)
    cut = cut_of(grid, Axis.K, 4)
    x, y = cut.centers_mm
    middle = np.array([x.mean(), y.mean()])
    hu = np.full(grid.shape_kji, 30, np.int16)
    hu[4][(x - middle[0]) ** 2 + (y - middle[1]) ** 2 <= 8.0**2] = 70
    corners = cut.lps_mm(middle + np.array([[-7.9, -7.9], [7.9, 7.9]]))
    disk = Measurement("1", Kind.ELLIPSE, handles_at(corners))
    found = measure(disk, Volume(hu, grid))
    assert (found.value("mean"), found.value("SD")) == (70.0, 0.0)
    assert (found.value("min"), found.value("max")) == (70.0, 70.0)


def test_a_voxel_on_the_outline_belongs_to_it() -> None:
    """Outlines through voxel centres, so that rounding decides nothing: both shapes agree."""
    cut = cut_of(grid_of(SCANS["turned head"]), Axis.K, 3)
    x, y = cut.centers_mm
    first, last = np.array([x[10, 20], y[10, 20]]), np.array([x[14, 30], y[14, 30]])
    box = box_outline(first, last)
    assert voxels_inside(box, cut).sum() == 5 * 11
    assert voxels_inside(Polygon(box.corners_mm[::-1]), cut).sum() == 5 * 11
    round_one = Ellipse(((first + last) / 2).tolist(), (np.abs(last - first) / 2).tolist())
    inside = voxels_inside(round_one, cut)
    assert inside[12, 20]
    assert inside[12, 30]
    assert not inside[10, 20]


def test_voxels_outside_the_scanned_field_are_left_out_and_said() -> None:
    volume = volume_of(SCANS["straight"])
    padding = np.zeros(volume.shape_kji, bool)
    padding[:, :32] = True
    padded = Volume(volume.hu, volume.grid, padding=padding)
    region = drawn(Kind.RECTANGLE, cut_of(volume.grid, Axis.K, 6))
    whole, found = measure(region, volume), measure(region, padded)
    assert found.statistics is not None
    left_out = found.statistics.outside_count
    assert 0 < left_out < whole.value("voxels")
    assert found.value("voxels") + left_out == whole.value("voxels")
    assert f"{left_out} voxels" in found.notes[0]


def test_a_region_without_a_voxel_says_so() -> None:
    volume = volume_of(SCANS["straight"])
    cut = cut_of(volume.grid, Axis.K, 6)
    x, y = cut.centers_mm
    between = np.array([x[20, 20] + 0.1, y[20, 20] + 0.1])
    corners = cut.lps_mm(np.array([between, between + 0.2]))
    region = Measurement("1", Kind.RECTANGLE, handles_at(corners))
    found = measure(region, volume)
    assert found.value("voxels") == 0
    assert np.isnan(found.value("mean"))
    assert found.value("area") == pytest.approx(0.04)
    assert found.notes == ("The centre of no voxel lies inside.",)


def test_an_outline_that_crosses_itself_has_no_area() -> None:
    volume = volume_of(SCANS["straight"])
    cut = cut_of(volume.grid, Axis.K, 6)
    bow_tie = cut.lps_mm(np.array([[5.0, 5.0], [15.0, 15.0], [15.0, 5.0], [5.0, 15.0]]))
    region = Measurement("1", Kind.POLYGON, handles_at(bow_tie))
    found = measure(region, volume)
    assert np.isnan(found.value("area"))
    assert "crosses itself" in found.notes[0]
    assert found.value("voxels") > 0


@given(
    st.lists(st.integers(-1024, 3071), min_size=1, max_size=300),
    st.floats(-1, 1),
)
@example([0], -5e-324)
@settings(max_examples=200, deadline=None)
def test_a_histogram_holds_every_value_in_its_bin(values: list[int], shift: float) -> None:
    array = np.array(values) + shift
    histogram = histogram_of(array)
    assert histogram.counts.sum() == len(values)
    assert len(histogram.counts) <= 64
    for number, count in enumerate(histogram.counts):
        low = histogram.first + number * histogram.width
        assert count == ((array >= low) & (array < low + histogram.width)).sum()


CORNER = st.tuples(st.integers(-30, 30), st.integers(-30, 30))


@given(st.lists(CORNER, min_size=3, max_size=9, unique=True), st.integers(0, 20))
@settings(max_examples=100, deadline=None)
def test_a_polygon_holds_what_crossing_by_crossing_says(
    corners: list[tuple[int, int]], seed: int
) -> None:
    points = np.random.default_rng(seed).uniform(-31, 31, (50, 2))
    polygon = Polygon(np.array(corners, dtype=float))
    inside = polygon.holds(points[:, 0], points[:, 1])
    for (x, y), found in zip(points, inside, strict=True):
        assert found == holds(Kind.POLYGON, [list(corner) for corner in corners], x, y)


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("name", SCANS)
def test_a_sheet_and_the_patient_are_two_ways_to_say_one_place(name: str, axis: Axis) -> None:
    scan, grid = SCANS[name], grid_of(SCANS[name])
    cut = cut_of(grid, axis, grid.shape_kji[axis] - 2)
    points = np.random.default_rng(1).uniform(-20, 40, (20, 2))
    assert np.allclose(cut.flat_mm(cut.lps_mm(points)), points, atol=1e-9)
    assert cut_through(grid, axis, cut.lps_mm(points[0])) == cut
    x, y = cut.centers_mm
    for kji in ((3, 10, 20), (7, 50, 2)):
        where = list(kji)
        where[axis] = cut.index
        within = tuple(where[other] for other in cut.others)
        flat = cut.flat_mm(scan.lps_mm(*where))
        assert flat == pytest.approx([x[within], y[within]], abs=1e-9)
