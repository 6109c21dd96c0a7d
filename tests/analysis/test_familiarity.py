"""Distance from what a model knows."""

import numpy as np
import pytest

from ichviewer.analysis.entries import EntryError
from ichviewer.analysis.familiarity import read_familiarity
from ichviewer.analysis.findings import GateAnswer
from ichviewer.analysis.gate import check_vector

KNOWN = {
    "known": {"centres": [[1.0, 0.0], [0.0, 1.0]], "warned_distance": 0.5, "warned_share": 0.99}
}


def test_near_one_of_the_centres_is_known() -> None:
    familiarity = read_familiarity(KNOWN, 2)
    assert familiarity is not None
    near, far = np.array([0.0, 1.0], np.float32), np.array([-1.0, 0.0], np.float32)
    assert familiarity.distance(far) == pytest.approx(np.sqrt(2))
    assert check_vector(near, familiarity).answer is GateAnswer.ACCEPTED
    gate = check_vector(far, familiarity)
    assert gate.answer is GateAnswer.WARNED
    assert "at 1.41, farther than 99% of those it was tried on" in gate.reasons[0]


def test_model_that_does_not_say_is_not_asked() -> None:
    assert read_familiarity({}, 2) is None
    assert check_vector(np.zeros(2, np.float32), None).answer is GateAnswer.ACCEPTED


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"centres": None}, "centres is not 1 to 256 vectors of 2"),
        ({"centres": [[1.0]]}, "vectors of 2 numbers"),
        ({"centres": [[1.0, 0.0], [1.0]]}, "no list of vectors"),
        ({"centres": [[2.0, 0.0]]}, "not of length 1"),
        ({"centres": [[float("nan"), 0.0]]}, "not of length 1"),
        ({"warned_distance": -1}, "warned_distance is -1"),
        ({"warned_share": None}, "warned_share is missing"),
    ],
)
def test_senseless_entry_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(EntryError, match=named):
        read_familiarity({"known": {**KNOWN["known"], **change}}, 2)
