"""The processes that run the steps."""

from ichviewer.worker import Worker

#: What an idle worker process imports ahead of the first step, in the order of need. The large
#: libraries stand by themselves: a step that comes meanwhile waits for one of them at most.
WARM_IMPORTS = (
    "ichviewer.workflow",
    "pydicom",
    "imagecodecs",
    "ichviewer.dicom.scan",
    "ichviewer.dicom.load",
    "onnxruntime",
    "scipy.ndimage",
    "sklearn.cluster",
    "ichviewer.analysis.analyze",
    "ichviewer.library.search",
)


def start_worker(processes: int = 2) -> Worker:
    """The processes that run these steps; the command line needs no spare."""
    return Worker(processes, warm_imports=WARM_IMPORTS if processes > 1 else ())
