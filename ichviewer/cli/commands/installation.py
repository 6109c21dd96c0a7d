"""The command on the installation: whether the whole chain works here."""

import argparse

from ichviewer.cli.codes import OK, TROUBLE
from ichviewer.language import tr
from ichviewer.selftest import selftest as run_checks
from ichviewer.worker import Worker


def selftest(options: argparse.Namespace, worker: Worker) -> int:
    failed = 0
    for check in run_checks(worker):
        failed += not check.is_ok
        print(
            f"{tr('ok') if check.is_ok else tr('FAILED'):<6}  {tr(check.name)}: {check.sentence}",
            flush=True,
        )
    print(
        tr("Self-test failed; failed checks: {failed}.", failed=failed)
        if failed
        else tr("Self-test passed.")
    )
    return TROUBLE if failed else OK
