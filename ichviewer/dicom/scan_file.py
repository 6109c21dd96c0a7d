"""One file of a scan: the images that its header speaks of, or why it is left out."""

from pydicom.uid import UID

from ichviewer.dicom.image import Image
from ichviewer.dicom.layout import is_cut_short, layout_problem
from ichviewer.dicom.parse import FRAME_LIMIT, images_of
from ichviewer.dicom.part10 import Directory, FileHeader, NotPart10, read_header
from ichviewer.dicom.source import Source, Sources
from ichviewer.dicom.study import Instance
from ichviewer.dicom.tags import Header, clean_text
from ichviewer.dicom.walk import DamagedFile
from ichviewer.language import tr, tr_later

_DICOMDIR = "1.2.840.10008.1.3.10"


class FileLeftOutError(Exception):
    """A file is left out: reason (counted), sentence, and the image where one is known."""

    def __init__(self, reason: str, sentence: str = "", image: Image | None = None) -> None:
        super().__init__(reason)
        self.reason, self.sentence, self.image = reason, sentence, image


def images_in(source: Source, opener: Sources) -> tuple[Image, ...]:
    """The images of one file.

    Raises
    ------
    FileLeftOutError
        With the reason and, for DICOM files, the sentence.
    """
    instance = Instance(source.path, member=source.member)
    name = clean_text(instance.name)
    try:
        with opener.open(source) as (file, size):
            if size == 0:
                raise FileLeftOutError(tr_later("empty file"))
            header = read_header(file, size)
    except Directory:
        raise FileLeftOutError("DICOMDIR") from None
    except NotPart10:
        raise FileLeftOutError(tr_later("not DICOM")) from None
    except DamagedFile as error:
        raise FileLeftOutError(
            tr_later("damaged"), tr("{name} {problem}.", name=name, problem=error)
        ) from error
    except PermissionError as error:
        raise FileLeftOutError(
            tr_later("no permission"), tr("{name} may not be read.", name=name)
        ) from error
    except OSError as error:
        raise FileLeftOutError(
            tr_later("unreadable"),
            tr("{name} cannot be read ({reason}).", name=name, reason=error.strerror),
        ) from error
    _check_class(header, name)
    frames = Header([header.dataset]).whole("NumberOfFrames")
    if frames is not None and not 1 <= frames <= FRAME_LIMIT:
        raise FileLeftOutError(
            tr_later("damaged"), tr("{name} claims {frames:,} frames.", name=name, frames=frames)
        )
    images = images_of(header, instance)
    problem = layout_problem(images[0].layout, header.pixels)
    if problem:
        is_cut = is_cut_short(images[0].layout, header.pixels)
        reason = tr_later("damaged") if is_cut else tr_later("unsupported")
        raise FileLeftOutError(
            reason, tr("{name} {problem}.", name=name, problem=problem), images[0]
        )
    return images


def _check_class(header: FileHeader, name: str) -> None:
    """Tell images from the other objects that a folder holds."""
    dataset = Header([header.dataset])
    sop_class = dataset.code("SOPClassUID")
    if sop_class == _DICOMDIR:
        raise FileLeftOutError("DICOMDIR")
    if header.pixels is None and not dataset.has("Rows"):
        kind = clean_text(UID(sop_class).name) if sop_class else tr("of no known kind")
        if kind.endswith("Image Storage"):
            raise FileLeftOutError(
                tr_later("damaged"),
                tr("{name} is cut short: it has no pixel data ({kind}).", name=name, kind=kind),
            )
        kind = kind.removesuffix(" Storage")
        raise FileLeftOutError(
            tr_later("not an image"),
            tr("{name} is a DICOM object without an image ({kind}).", name=name, kind=kind),
        )
