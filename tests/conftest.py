"""Tests read English sentences, on a computer of any language."""

import os

os.environ["LANGUAGE"] = "en"
