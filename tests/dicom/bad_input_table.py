"""Run every bad input alone and beside a good series, and print one table.

``python -m tests.dicom.bad_input_table`` (add ``--fast`` to leave out those that take seconds to
make). The exit status is the number of cases that failed.
"""

import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission, ScanResult, Series
from ichviewer.errors import IchViewerError
from tests.dicom.bad_inputs import CASES, BadInput
from tests.dicom.make import hu_of, series

#: Of processor time, so that a busy machine fails nobody.
SECONDS_LIMIT = 10.0
GROWTH_LIMIT_MIB = 1024.0
GOOD = "99"


@dataclass(frozen=True)
class Outcome:
    """What one case came to; `failure` is empty where it is as expected."""

    said: str
    seconds: float
    growth_mib: float
    failure: str


def examine(case: BadInput, folder: Path, beside_good: bool) -> Outcome:
    """Make a case, read it, and compare with what is expected."""
    bad = folder / "bad"
    bad.mkdir(parents=True)
    case.write(bad)
    if beside_good:
        series(folder / "good", series=GOOD)
    before_mib, started = _peak_mib(), time.process_time()
    said: list[str] = []
    opened: list[Series] = []
    failure = ""
    try:
        result = scan_folder(folder)
        said += _said(result)
        if case.between is not None:
            case.between(bad)
        failure, opened = _load_all(result, said, beside_good)
    except IchViewerError as error:
        said.append(str(error))
        if beside_good:
            failure = "the good series did not open"
    seconds, growth = time.process_time() - started, _peak_mib() - before_mib
    text = " | ".join(said)
    checks = (
        (bool(failure), failure),
        (case.opens is not None and len(opened) != case.opens, f"{len(opened)} stacks opened"),
        (not re.search(case.says, text), f"nothing says {case.says!r}"),
        (seconds > SECONDS_LIMIT, f"took {seconds:.1f} s"),
        (growth > GROWTH_LIMIT_MIB, f"took {growth:.0f} MiB"),
    )
    problems = [problem for failed, problem in checks if failed]
    match = re.search(f"[^|]*(?:{case.says})[^|]*", text) if case.says else None
    return Outcome(match.group().strip() if match else text, seconds, growth, "; ".join(problems))


def _load_all(result: ScanResult, said: list[str], beside_good: bool) -> tuple[str, list[Series]]:
    """Load every series; says why the good one is not right, and which others there are."""
    failure, others = "the good series is missing" if beside_good else "", []
    for one in result.series:
        try:
            volume = load_volume(one)
        except IchViewerError as error:
            said.append(str(error))
            others.append(one)
            continue
        said += volume.notes
        if one.description != f"simulated head {GOOD}":
            others.append(one)
        elif one.permits(Permission.AI) and all(
            np.array_equal(volume.hu[k], hu_of(k)) for k in range(8)
        ):
            failure = ""
        else:
            failure = "the good series is not right"
    return failure, others


def _said(result: ScanResult) -> list[str]:
    said = [f"{count} {reason}" for reason, count in result.skipped_counts.items()]
    said += [skipped.sentence for skipped in result.skipped]
    for one in result.series:
        said += [*one.warnings, *one.refusals.values()]
    return said


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(fast: bool) -> Iterator[tuple[str, bool]]:
    """Lines of the table, and whether each case is as expected."""
    for case in CASES:
        label = f"{case.number:4d}  {case.name[:58]:58s}"
        if case.skip or (fast and case.slow):
            yield f"{label}  not run: {case.skip or 'slow'}", True
            continue
        for beside_good in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                outcome = examine(case, Path(folder) / "case", beside_good)
            place = "beside" if beside_good else "alone "
            verdict = f"FAILED: {outcome.failure}" if outcome.failure else "ok"
            cost = f"{outcome.seconds:6.2f} s {outcome.growth_mib:5.0f} MiB"
            said = " ".join(outcome.said.split())[:110]
            yield f"{label}  {place} {cost}  {verdict:4s}  {said}", not outcome.failure


def main() -> int:
    """Print the table and the count."""
    passed = failed = not_run = 0
    for line, ok in table("--fast" in sys.argv):
        print(line, flush=True)
        not_run += "not run:" in line
        passed += ok and "not run:" not in line
        failed += not ok
    numbers = len({case.number for case in CASES})
    print(
        f"{numbers} numbers, {len(CASES)} cases: {passed} runs as expected, {failed} not, ", end=""
    )
    print(f"{not_run} cases not run here")
    return failed


if __name__ == "__main__":
    sys.exit(main())
