"""Tests read English sentences, on a computer of any language and of any pace."""

import os
from importlib.util import find_spec

os.environ["LANGUAGE"] = "en"

if find_spec("hypothesis"):  # which the training environment is without
    from hypothesis import settings

    # By itself it fails an example that takes longer than 200 ms; speed is for `make bench`.
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
