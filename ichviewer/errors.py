"""The exceptions a user can meet; each text is the sentence that the user reads."""


class IchViewerError(Exception):
    """Expected trouble: what happened, to which file, what to do."""


class NotDicomError(IchViewerError):
    """A file or folder holds no DICOM."""


class UnsupportedPixelsError(IchViewerError):
    """Pixel data that cannot be decoded or turned into HU."""


class GeometryError(IchViewerError):
    """Positions or orientations from which no volume can be built."""


class ModelError(IchViewerError):
    """A model is missing, altered, malformed, or gave unusable output."""


class LibraryError(IchViewerError):
    """The case library or its index cannot be used."""


class SettingsError(IchViewerError):
    """A settings file cannot be used."""


class WorkerDied(IchViewerError):
    """The worker process ended before its job did (crash, memory, or time limit)."""


class ReadingError(IchViewerError):
    """The journal of a reading cannot be read or written."""


class ReadingLocked(ReadingError):
    """Another window has the reading."""


class TableError(IchViewerError):
    """A table of images, or one of its rows, cannot be used."""


class MeasurementError(IchViewerError):
    """Values that describe no measurement."""
