"""The window's command line, as far as it goes without a window."""

import re

import pytest

from ichviewer.__main__ import main


@pytest.mark.parametrize(
    ("option", "pattern"),
    [("--version", r"ichviewer \d+\.\d+\.\d+\n"), ("--help", r"(?s).*not for primary diagnosis.*")],
)
def test_it_says_what_it_is(capsys: pytest.CaptureFixture[str], option: str, pattern: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main([option])
    assert caught.value.code == 0
    assert re.fullmatch(pattern, capsys.readouterr().out)
