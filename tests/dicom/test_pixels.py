"""Stored bits to HU: depths, signs, padding, byte orders, and every transfer syntax."""

import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from ichviewer.dicom.decode import DECODERS
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.errors import NotDicomError, UnsupportedPixelsError
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import WindowShape, apply_window
from tests.dicom.make import COLUMNS, ROWS, ct_slice, hu_of, save, series

Change = Callable[[Dataset], None]
HU = hu_of(0)


def loaded(tmp_path: Path, dataset: Dataset) -> Volume:
    save(dataset, tmp_path / "one.dcm")
    return load_volume(scan_folder(tmp_path).series[0])


def with_bits(bits: tuple[int, int, int], signed: bool, stray: bool) -> Dataset:
    """HU 0 of `make` in any layout, with ones in the unused bits where `stray`."""
    dataset = ct_slice()
    allocated, stored, high_bit = bits
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits
    dataset.PixelRepresentation = int(signed)
    intercept = 0 if signed else -1024
    dataset.RescaleIntercept = str(intercept)
    values = HU.astype(np.int64) - intercept
    shift = high_bit + 1 - stored
    mask = (1 << stored) - 1 << shift
    words = (values << shift) & mask
    if stray:
        words |= ((1 << allocated) - 1) & ~mask
    dataset.PixelData = words.astype(f"<u{allocated // 8}").tobytes()
    return dataset


@pytest.mark.parametrize("stray", [False, True])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(
    "bits",
    [(16, 12, 11), (16, 13, 12), (16, 14, 13), (16, 15, 14), (16, 16, 15), (16, 12, 15),
     (16, 14, 14), (32, 16, 15), (32, 32, 31)],
)  # fmt: skip
def test_bit_layouts(tmp_path: Path, bits: tuple[int, int, int], signed: bool, stray: bool) -> None:
    volume = loaded(tmp_path, with_bits(bits, signed, stray))
    assert np.array_equal(volume.hu[0], HU)


def test_eight_bits(tmp_path: Path) -> None:
    dataset = ct_slice()
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    pixels = np.arange(ROWS * COLUMNS, dtype=np.uint8)
    dataset.PixelData = pixels.tobytes()
    volume = loaded(tmp_path, dataset)
    assert np.array_equal(volume.hu[0].ravel(), pixels.astype(int) - 1024)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("BitsAllocated", 12, "12 bits per pixel"),
        ("BitsAllocated", 64, "64 bits per pixel"),
        ("BitsStored", 17, "stores 17 of 16 bits"),
        ("HighBit", 3, "12 bits below bit 3"),
        ("Rows", 0, "claims 0 x 24 pixels"),
        ("Rows", 65535, "cut short"),
        ("PhotometricInterpretation", "PALETTE COLOR", "PALETTE COLOR"),
        ("SamplesPerPixel", 4, "4 values per pixel"),
        ("NumberOfFrames", -1, "claims -1 frames"),
        ("NumberOfFrames", 2**31 - 1, "claims 2,147,483,647 frames"),
    ],
)
def test_layouts_that_are_refused_by_name(
    tmp_path: Path, keyword: str, value: object, words: str
) -> None:
    dataset = ct_slice()
    setattr(dataset, keyword, value)
    with pytest.raises(NotDicomError, match=words):
        loaded(tmp_path, dataset)


def test_missing_pixel_representation_is_said(tmp_path: Path) -> None:
    dataset = ct_slice()
    del dataset.PixelRepresentation
    volume = loaded(tmp_path, dataset)
    assert np.array_equal(volume.hu[0], HU)
    assert "PixelRepresentation is missing: values are taken as unsigned." in volume.notes


@pytest.mark.parametrize(
    ("signed", "value", "limit", "stored"),
    [
        (True, 63536, None, -2000),
        (True, -2000, None, -2000),
        (False, 0, None, 0),
        (False, 63536, None, 63536),
        (True, -2000, -1990, -1995),
        (True, -1990, -2000, -1995),
    ],
)
def test_padding_is_found_by_its_bits(
    tmp_path: Path, signed: bool, value: int, limit: int | None, stored: int
) -> None:
    dataset = with_bits((16, 16, 15), signed, stray=False)
    words = np.frombuffer(dataset.PixelData, "<u2").reshape(ROWS, COLUMNS).copy()
    words[:2, :3] = stored & 0xFFFF
    dataset.PixelData = words.tobytes()
    dataset.add_new("PixelPaddingValue", "US" if value >= 0 else "SS", value)
    if limit is not None:
        dataset.add_new("PixelPaddingRangeLimit", "SS", limit)
    volume = loaded(tmp_path, dataset)
    assert volume.padding is not None
    assert volume.padding[0, :2, :3].all()
    assert volume.padding.sum() == 6
    assert np.array_equal(volume.hu[0, 2:], HU[2:])


def test_padding_outside_the_stored_bits(tmp_path: Path) -> None:
    """63536 in 12-bit data: the whole word is compared, and no bone is taken for padding."""
    dataset = ct_slice()
    words = np.frombuffer(dataset.PixelData, "<u2").reshape(ROWS, COLUMNS).copy()
    words[0, 0] = 63536
    words[1, 1] = 63536 & 0xFFF
    dataset.PixelData = words.tobytes()
    dataset.add_new("PixelPaddingValue", "US", 63536)
    volume = loaded(tmp_path, dataset)
    assert volume.padding is not None
    assert np.argwhere(volume.padding[0]).tolist() == [[0, 0]]
    assert volume.hu[0, 0, 0] == -2000 - 1024
    assert volume.hu[0, 1, 1] == (63536 & 0xFFF) - 1024


def test_values_beyond_int16_become_float(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.BitsStored, dataset.HighBit = 16, 15
        if k == 2:
            dataset.PixelData = np.full((ROWS, COLUMNS), 65000, "<u2").tobytes()

    series(tmp_path, change=change)
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert volume.hu.dtype == np.float32
    assert (volume.hu[2] == 65000 - 1024).all()
    assert np.array_equal(volume.hu[1], hu_of(1))
    assert np.array_equal(volume.hu[3], hu_of(3))


def test_windows_of_the_file(tmp_path: Path) -> None:
    dataset = ct_slice()
    dataset.WindowCenter, dataset.WindowWidth = ["40", "600", "50"], ["80", "2800"]
    dataset.WindowCenterWidthExplanation = ["BRAIN", "BONE"]
    dataset.VOILUTFunction = "SIGMOID"
    windows = loaded(tmp_path, dataset).windows
    assert [(one.center, one.width, one.name) for one in windows] == [
        (40.0, 80.0, "BRAIN"),
        (600.0, 2800.0, "BONE"),
    ]
    assert {one.shape for one in windows} == {WindowShape.SIGMOID}


@pytest.mark.parametrize("width", ["0", "-1", "0.5"])
def test_a_width_that_cannot_be_becomes_the_brain_window(tmp_path: Path, width: str) -> None:
    dataset = ct_slice()
    dataset.WindowWidth = width
    (window,) = loaded(tmp_path, dataset).windows
    assert (window.center, window.width) == (40.0, 80.0)


@pytest.mark.parametrize(("bits", "packed"), [(8, True), (8, False), (12, False), (16, False)])
def test_voi_lut_becomes_a_window_with_its_curve(tmp_path: Path, bits: int, packed: bool) -> None:
    highest = 2**bits - 1
    curve = (np.linspace(0, 1, 200) ** 2 * highest).round()
    dataset, lut = ct_slice(), Dataset()
    lut.add_new("LUTDescriptor", "SS", [200, -50, bits])
    lut.LUTExplanation = "NARROW"
    lut.add_new("LUTData", "OW", curve.astype("u1" if packed else "<u2").tobytes())
    dataset.VOILUTSequence = [lut]
    volume = loaded(tmp_path, dataset)
    window = volume.windows[1]
    assert (window.center, window.width, window.name) == (50.0, 200.0, "NARROW")
    assert not any("VOI LUT" in note for note in volume.notes)
    hu = np.array([-1000, -50, 0, 49, 149, 150, 3000], dtype=np.int16)
    entries = np.clip(hu.astype(int) + 50, 0, 199)
    assert apply_window(hu, window).tolist() == np.rint(curve[entries] * 255 / highest).tolist()


def test_voi_lut_cut_short_is_a_linear_window_and_said(tmp_path: Path) -> None:
    dataset, lut = ct_slice(), Dataset()
    lut.add_new("LUTDescriptor", "SS", [200, -50, 12])
    lut.add_new("LUTData", "OW", bytes(100))
    dataset.VOILUTSequence = [lut]
    volume = loaded(tmp_path, dataset)
    assert (volume.windows[1].center, volume.windows[1].width) == (50.0, 200.0)
    assert any("VOI LUT" in note for note in volume.notes)


def write_as(dataset: Dataset, path: Path, syntax: str) -> Path:
    implicit, little = syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
    dataset.file_meta.TransferSyntaxUID = syntax
    if not little:
        words = np.frombuffer(dataset.PixelData, "<u2")
        dataset.PixelData = words.astype(">u2").tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    dcmwrite(path, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    return path


def test_every_uncompressed_syntax_in_one_series(tmp_path: Path) -> None:
    syntaxes = [
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
        "1.2.840.10008.1.2.1",
    ]
    for k in range(8):
        write_as(ct_slice(k), tmp_path / f"{k}.dcm", syntaxes[k % 4])
    (found,) = scan_folder(tmp_path).series
    volume = load_volume(found)
    assert all(np.array_equal(volume.hu[k], hu_of(k)) for k in range(8))
    assert not volume.notes


STORED = (HU.astype(np.int32) + 1024).astype(np.uint16)
ENCODERS: dict[str, Callable[[NDArray[np.uint16]], bytes]] = {
    "1.2.840.10008.1.2.4.57": lambda p: imagecodecs.ljpeg_encode(p, bitspersample=12),
    "1.2.840.10008.1.2.4.70": lambda p: imagecodecs.ljpeg_encode(p, bitspersample=12),
    "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_encode,
    "1.2.840.10008.1.2.4.81": lambda p: imagecodecs.jpegls_encode(p, level=0),
    "1.2.840.10008.1.2.4.90": lambda p: imagecodecs.jpeg2k_encode(p, codecformat="j2k", level=0),
    "1.2.840.10008.1.2.4.91": lambda p: imagecodecs.jpeg2k_encode(p, codecformat="j2k", level=0),
    "1.2.840.10008.1.2.4.201": lambda p: imagecodecs.htj2k_encode(p, reversible=True),
    "1.2.840.10008.1.2.4.202": lambda p: imagecodecs.htj2k_encode(p, reversible=True),
    "1.2.840.10008.1.2.4.203": lambda p: imagecodecs.htj2k_encode(p, reversible=True),
    "1.2.840.10008.1.2.4.110": lambda p: imagecodecs.jpegxl_encode(p, lossless=True),
    "1.2.840.10008.1.2.4.112": lambda p: imagecodecs.jpegxl_encode(p, lossless=True),
    "1.2.840.10008.1.2.8.1": lambda p: raw_deflate(p.tobytes()),
}


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


@pytest.mark.parametrize("syntax", ENCODERS)
def test_lossless_streams_decode_bit_for_bit(tmp_path: Path, syntax: str) -> None:
    dataset = ct_slice()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([bytes(ENCODERS[syntax](STORED))])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    assert np.array_equal(loaded(tmp_path, dataset).hu[0], HU)


@pytest.mark.parametrize("syntax", sorted(DECODERS))
def test_garbage_instead_of_a_codestream(tmp_path: Path, syntax: str) -> None:
    dataset = ct_slice()
    dataset.file_meta.TransferSyntaxUID = syntax
    garbage = np.random.default_rng(5).integers(0, 256, 500, dtype=np.uint8).tobytes()
    dataset.PixelData = encapsulate([garbage])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    with pytest.raises(UnsupportedPixelsError, match=r"one\.dcm holds"):
        loaded(tmp_path, dataset)


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.840.10008.1.2.4.94", "JPIP"),
        ("1.2.3.4.5", "1.2.3.4.5"),
    ],
)
def test_syntaxes_that_cannot_be_decoded_are_named(tmp_path: Path, syntax: str, name: str) -> None:
    dataset = ct_slice()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([b"\0" * 100])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    with pytest.raises(UnsupportedPixelsError, match=name):
        loaded(tmp_path, dataset)


def test_a_codestream_of_another_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    dataset = ct_slice()
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
    stream = bytearray(imagecodecs.jpeg2k_encode(STORED, codecformat="j2k", level=0))
    stream[8:16] = (60000).to_bytes(4, "big") * 2
    dataset.PixelData = encapsulate([bytes(stream)])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    with pytest.raises(UnsupportedPixelsError, match="60000 x 60000"):
        loaded(tmp_path, dataset)


def test_lossy_sources_are_said(tmp_path: Path) -> None:
    dataset = ct_slice()
    dataset.LossyImageCompression, dataset.LossyImageCompressionRatio = "01", "12.4"
    notes = loaded(tmp_path, dataset).notes
    assert "The source images are lossy (lossy compression 12:1)." in notes


#: One slice re-encoded by the tools of DCMTK and GDCM.
TOOLS = {
    "dcmconv +ti": ["dcmconv", "+ti"],
    "dcmconv +tb": ["dcmconv", "+tb"],
    "dcmconv +td": ["dcmconv", "+td"],
    "dcmcrle": ["dcmcrle"],
    "dcmcjpeg lossless 57": ["dcmcjpeg", "+el"],
    "dcmcjpeg lossless 70": ["dcmcjpeg", "+e1"],
    "dcmcjpls lossless": ["dcmcjpls"],
    "gdcmconv raw": ["gdcmconv", "--raw"],
    "gdcmconv rle": ["gdcmconv", "--rle"],
    "gdcmconv jpeg": ["gdcmconv", "--jpeg"],
    "gdcmconv jpegls": ["gdcmconv", "--jpegls"],
    "gdcmconv j2k": ["gdcmconv", "--j2k"],
}


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("tool", TOOLS)
def test_reencoded_by_other_tools(tmp_path: Path, tool: str, signed: bool) -> None:
    command = TOOLS[tool]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    original = with_bits((16, 16, 15) if signed else (16, 12, 11), signed, stray=False)
    source = save(original, tmp_path / "source.dcm")
    target = tmp_path / "out" / "one.dcm"
    target.parent.mkdir()
    subprocess.run([*command, source, target], check=True, capture_output=True, timeout=60)
    volume = load_volume(scan_folder(target.parent).series[0])
    assert np.array_equal(volume.hu[0], HU)


@pytest.mark.parametrize(
    "syntax", ["4.50", "4.51", "4.70", "4.80", "4.90", "4.201", "4.110", "8.1"]
)
@pytest.mark.parametrize("part", [0.4, 0.6, 0.9])
def test_a_stream_that_is_cut_short_is_never_shown(
    tmp_path: Path, syntax: str, part: float
) -> None:
    syntax = f"1.2.840.10008.1.2.{syntax}"
    lossy = {
        "1.2.840.10008.1.2.4.50": lambda p: imagecodecs.jpeg8_encode(p.astype(np.uint8)),
        "1.2.840.10008.1.2.4.51": lambda p: imagecodecs.jpeg8_encode(p, bitspersample=12),
    }
    stream = bytes((ENCODERS | lossy)[syntax](STORED))
    dataset = ct_slice()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream[: int(part * len(stream))]])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    with pytest.raises(UnsupportedPixelsError, match=r"one\.dcm holds .* damaged"):
        loaded(tmp_path, dataset)
