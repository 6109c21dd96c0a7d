"""Findings as something to read."""
