"""One ONNX model, loaded from bytes that were checked, and run; the only home of onnxruntime.

The file is opened once: the bytes that are hashed are the bytes that run, so nothing can be
exchanged in between, and external data has no folder to be found in.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import psutil
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from ichviewer.analysis.in_scan import IN_SCAN, slab_answers
from ichviewer.analysis.manifest import Manifest, read_manifest
from ichviewer.analysis.model_file import read_networks
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.outputs import CAM, check_output
from ichviewer.analysis.speaker import model_info
from ichviewer.errors import ModelError
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

Floats = NDArray[np.float32]

#: Devices in the order "auto" tries them, with the runtime's name for each.
PROVIDERS: dict[str, str] = {
    "CUDA": "CUDAExecutionProvider",
    "DirectML": "DmlExecutionProvider",
    "OpenVINO": "OpenVINOExecutionProvider",
    "CoreML": "CoreMLExecutionProvider",
    "CPU": "CPUExecutionProvider",
}
BATCH_SLABS = 4
_POLL_S = 0.1
_ONLY_ERRORS = 3

#: The runtime's errors have no common parent.
_RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(t for t in vars(ort_state).values() if isinstance(t, type) and issubclass(t, Exception)),
)

_log = logging.getLogger(__name__)


class DeviceFailed(ModelError):
    """A device other than the CPU gave up; the same model may still run on the CPU."""


@dataclass(frozen=True)
class Model:
    """A checked model, ready to run.

    Parameters
    ----------
    manifest
        What it says of itself.
    session
        The runtime's session.
    device
        Where it really runs, in words.
    scan_session
        The session of the network for whole scans, on the CPU; None where the model has none.
    """

    manifest: Manifest
    session: Any
    device: str
    scan_session: Any = None

    def info(self, slabs: int = 1, *, has_contrast: bool = False) -> ModelInfo:
        """Who speaks of so many slabs, for Findings and the screen."""
        return model_info(self.manifest, self.device, slabs, has_contrast=has_contrast)

    def run(self, image: Floats, progress: Progress = silent) -> dict[str, Floats]:
        """All outputs for all slabs.

        Parameters
        ----------
        image
            (N, C, S, S) float32 0-1, as `prepare` gives it.
        progress
            Called with slabs done while the runtime works; when it raises, the run is ended.

        Returns
        -------
        Arrays with N rows by the names of the outputs that fill the model's roles, `cam` where the
        model has it, and `in_scan` where it has a network for whole scans and there are several
        slabs.

        Raises
        ------
        ModelError
            Where the runtime fails, or an output has the wrong shape or type, or holds numbers
            that are not finite or out of range.
        """
        names = _output_names(self.manifest, self.session)
        batches: dict[str, list[Floats]] = {name: [] for name in names}
        for start in range(0, len(image), BATCH_SLABS):
            batch = image[start : start + BATCH_SLABS]

            def tell(start: int = start) -> None:
                progress(start, len(image), tr("Reading slices with the model"))

            outputs = _run_watched(self, names, batch, tell)
            for name, values in zip(names, outputs, strict=True):
                check_output(self.manifest, name, values, len(batch))
                batches[name].append(values)
        progress(len(image), len(image), tr("Reading slices with the model"))
        answers = {name: np.concatenate(parts) for name, parts in batches.items()}
        if self.scan_session and len(image) > 1:
            feed = slab_answers(answers, self.manifest.input)
            answers[IN_SCAN] = _run_in_scan(self, feed)
        return answers


def load_model(folder: Path, device: str = "auto", threads: int | None = None) -> Model:
    """Load the model of a folder.

    Parameters
    ----------
    folder
        Holds `manifest.json` and the file it names.
    device
        "auto" tries `PROVIDERS` in order; one of its keys (any case) asks for that one, the CPU
        otherwise.
    threads
        Threads of the CPU; None takes one per physical core.

    Raises
    ------
    ModelError
        Where a file is missing, altered, or no model that this program may run.
    """
    manifest = read_manifest(folder)
    data, scan_data = read_networks(manifest)
    count = threads or psutil.cpu_count(logical=False) or 1
    session, used = _start_session(manifest, data, device, count)
    _check_input(manifest, session)
    words = f"CPU ({count} thread{'s' if count > 1 else ''})" if used == "CPU" else used
    scan_session = _start_session(manifest, scan_data, "CPU", 1)[0] if scan_data else None
    return Model(manifest, session, words, scan_session)


def _start_session(manifest: Manifest, data: bytes, device: str, threads: int) -> tuple[Any, str]:
    """A session on the first device that really takes it; the runtime falls back silently."""
    ort.disable_telemetry_events()
    available = ort.get_available_providers()
    wanted = [name for name in PROVIDERS if device.lower() in ("auto", name.lower())]
    for name in [*wanted, "CPU"]:
        if PROVIDERS[name] not in available:
            continue
        try:
            session = _new_session(data, name, threads)
        except _RUNTIME_ERRORS as error:
            if name == "CPU":
                raise ModelError(
                    tr(
                        "The model {title} cannot be loaded by the runtime ({reason}). Use a model "
                        "made for this program.",
                        title=manifest.title,
                        reason=_first_line(error),
                    )
                ) from error
            _log.warning("%s did not take the model: %s", name, _first_line(error))
            continue
        if session.get_providers()[0] == PROVIDERS[name]:
            return session, name
    raise ModelError(tr("The installed ONNX Runtime has no device to run on. Install it again."))


def _new_session(data: bytes, device: str, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ONLY_ERRORS
    options.enable_mem_pattern = device != "DirectML"  # DirectML does not support it
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.add_session_config_entry("session.load_model_format", "ONNX")
    providers = [PROVIDERS[device]]
    if device != "CPU":
        providers.append(PROVIDERS["CPU"])
    return ort.InferenceSession(data, options, providers=providers)


def _check_input(manifest: Manifest, session: Any) -> None:
    """The file must take what the manifest says it takes."""
    spec = manifest.input
    inputs = {node.name: node for node in session.get_inputs()}
    node = inputs.get(manifest.input_name)
    wanted = [len(spec.channels), spec.size_px, spec.size_px]
    if (
        node is None
        or len(inputs) != 1
        or node.type != "tensor(float)"
        or len(node.shape) != 4
        or any(isinstance(n, int) and n != w for n, w in zip(node.shape[1:], wanted, strict=True))
    ):
        raise ModelError(
            tr(
                "The model {title} does not take the input that its manifest describes ({name!r} "
                "of {channels} channels, {pixels} pixels square).",
                title=manifest.title,
                name=manifest.input_name,
                channels=wanted[0],
                pixels=wanted[1],
            )
        )
    _output_names(manifest, session)


def _output_names(manifest: Manifest, session: Any) -> list[str]:
    offered = {node.name for node in session.get_outputs()}
    missing = [role.value for role in manifest.roles if role.value not in offered]
    if missing:
        raise ModelError(
            tr(
                "The model {title} has no output named {names}, though its manifest gives it that "
                "role.",
                title=manifest.title,
                names=" or ".join(missing),
            )
        )
    return [*manifest.roles, *([CAM] if CAM in offered else [])]


def _run_watched(
    model: Model, names: list[str], batch: Floats, tell: Callable[[], None]
) -> list[Floats]:
    """One batch; `tell` is called while it runs, and what it raises ends the run at once."""
    options = ort.RunOptions()
    feed = {model.manifest.input_name: np.ascontiguousarray(batch, dtype=np.float32)}
    with ThreadPoolExecutor(max_workers=1) as pool:
        job = pool.submit(model.session.run, [str(name) for name in names], feed, options)
        try:
            while True:
                tell()
                try:
                    outputs: list[Floats] = job.result(timeout=_POLL_S)
                    return outputs
                except TimeoutError:
                    continue
                except _RUNTIME_ERRORS as error:
                    raise _run_failure(model, error) from error
        finally:
            options.terminate = True


def _run_in_scan(model: Model, feed: dict[str, Floats]) -> Floats:
    """The network for whole scans, which is done at once."""
    try:
        in_scan: Floats = model.scan_session.run([IN_SCAN], feed)[0]
    except _RUNTIME_ERRORS as error:
        raise _run_failure(model, error) from error
    check_output(model.manifest, IN_SCAN, in_scan, len(feed["detection"]))
    return in_scan


def _run_failure(model: Model, error: Exception) -> ModelError:
    sentence = tr(
        "AI failed: the model {title} stopped on {device} ({reason}). This says nothing "
        "about the patient; read the images without it.",
        title=model.manifest.title,
        device=model.device,
        reason=_first_line(error),
    )
    return ModelError(sentence) if model.device.startswith("CPU") else DeviceFailed(sentence)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
