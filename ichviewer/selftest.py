"""The self-test: the whole chain on what ships with the program, through the worker process."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer import paths, workflow
from ichviewer.analysis.findings import GateAnswer
from ichviewer.dicom.study import Permission
from ichviewer.errors import IchViewerError
from ichviewer.language import tr, tr_later
from ichviewer.worker import Worker


@dataclass(frozen=True)
class Check:
    """One line of the self-test; `tr` says its name."""

    name: str
    is_ok: bool
    sentence: str


def selftest(worker: Worker) -> Iterator[Check]:
    """Run the whole chain on what ships with the program; one check at a time."""
    study: dict[str, Any] = {}

    def demo_study() -> str:
        scan = worker.run(workflow.open_folder, paths.demo_study_folder())
        study["series"] = workflow.best_series(scan)
        _expect(not scan.skipped, tr("{count} files cannot be read", count=len(scan.skipped)))
        _expect(study["series"].permits(Permission.AI), tr("it is not fit for the models"))
        return tr("{count} slices", count=len(study["series"].instances))

    def voxels() -> str:
        volume = study["volume"] = worker.run(workflow.open_series, study["series"])
        known = known_demo_facts()
        _expect(
            digest(volume.hu) == known["hu_sha256"],
            tr("the HU differ from those it was built with"),
        )
        corner = volume.grid.lps_mm(np.array(volume.shape_kji, dtype=np.float64) - 1)
        off_mm = float(np.linalg.norm(corner - np.array(known["last_voxel_lps_mm"])))
        _expect(off_mm < 0.01, tr("the last voxel is {off_mm:.2f} mm off", off_mm=off_mm))
        return tr("HU and positions of {count:,} voxels as built", count=volume.hu.size)

    def models() -> str:
        problems = worker.run(workflow.check_models)
        _expect(bool(problems), tr("there is no model"))
        _expect(not any(problems.values()), " ".join(x for xs in problems.values() for x in xs))
        return tr("{count} loaded and run, hashes as in their manifests", count=len(problems))

    def analysis() -> str:
        findings = study["findings"] = worker.run(
            workflow.analyze, study["series"], study["volume"]
        )
        _expect(findings.gate.answer is not GateAnswer.REFUSED, " ".join(findings.gate.reasons))
        _expect(findings.is_any_found, tr("the hemorrhage of the demo study was not found"))
        found = ", ".join(tr(kind.word) for kind in findings.found_types) or tr("hemorrhage")
        device = ", ".join(sorted({model.device for model in findings.models}))
        return tr(
            "{found} in {seconds:.1f} s on {device}",
            found=found,
            seconds=sum(findings.seconds.values()),
            device=device,
        )

    def library() -> str:
        problems = worker.run(workflow.verify_library, paths.starter_library_folder())
        _expect(not problems, " ".join(problems))
        itself = worker.run(workflow.finds_itself, paths.starter_library_folder())
        _expect(itself, tr("a stored case does not find itself"))
        return tr("whole, and a stored case finds itself")

    def similar_cases() -> str:
        folder = paths.starter_library_folder()
        matches = worker.run(workflow.find_similar, study["findings"], "soft", folder)
        _expect(bool(matches.matches), tr("no case was found"))
        return tr(
            "{count}, the nearest at {distance:.2f}",
            count=len(matches.matches),
            distance=matches.matches[0].distance,
        )

    for name, step in (
        (tr_later("demo study"), demo_study),
        (tr_later("voxels"), voxels),
        (tr_later("models"), models),
        (tr_later("analysis"), analysis),
        (tr_later("library"), library),
        (tr_later("similar cases"), similar_cases),
    ):
        try:
            yield Check(name, True, step())
        except (IchViewerError, OSError) as error:
            yield Check(name, False, str(error))
        except KeyError as error:
            yield Check(
                name, False, tr("needs the {what} of a check that failed", what=error.args[0])
            )


def known_demo_facts() -> dict[str, Any]:
    """What the demo study's voxels are, worked out without the program's own reader."""
    text = (paths.resources_folder() / "selftest.json").read_text("utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


def digest(hu: NDArray[Any]) -> str:
    """SHA-256 of HU as little-endian float32."""
    return hashlib.sha256(np.ascontiguousarray(hu, dtype="<f4").tobytes()).hexdigest()


def _expect(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise IchViewerError(otherwise)
