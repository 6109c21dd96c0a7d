"""How fast the processor is that the tests run on."""

import time

import numpy as np

#: What the work below took on the processor on which the limits of the tests were set.
_REFERENCE_S = 0.0115
#: The quickest of so many counts: one may have met cold caches.
_TIMES = 2


def slowness() -> float:
    """How many times longer this processor works than the one that limits were set on; 1 at least.

    So a limit on what the window's thread works says something of the program, not of the machine.
    A processor that is shared changes its pace within seconds: ask again and again while it works.
    """
    return max(1.0, min(_spent_s() for _ in range(_TIMES)) / _REFERENCE_S)


def _spent_s() -> float:
    before_s = time.thread_time()
    _work()
    return time.thread_time() - before_s


def _work() -> None:
    """Small arrays, texts and tables, as a window's thread handles them."""
    at = np.array([1.0, 2.0, 3.0])
    for n in range(1500):
        at = np.clip(at + 0.5, 0, 100)
        {f"{n} {key}": f"{value:.1f} mm" for key, value in zip("kji", at.tolist(), strict=True)}
