"""What the user chose: typed, checked when read, written whole or not at all."""

from ichviewer.settings.choices import (
    CENTER_RANGE_HU,
    CINE_RANGE_HZ,
    DEVICES,
    LANGUAGE_CHOICES,
    MOST_RECENT,
    OPACITY_RANGE,
    OPERATING_POINTS,
    SENSITIVITY_RANGE,
    THEMES,
    WIDTH_RANGE_HU,
    Settings,
    with_opened,
    with_privacy,
)
from ichviewer.settings.file import SIZE_LIMIT_BYTES, read_settings, write_settings

__all__ = [
    "CENTER_RANGE_HU",
    "CINE_RANGE_HZ",
    "DEVICES",
    "LANGUAGE_CHOICES",
    "MOST_RECENT",
    "OPACITY_RANGE",
    "OPERATING_POINTS",
    "SENSITIVITY_RANGE",
    "SIZE_LIMIT_BYTES",
    "THEMES",
    "WIDTH_RANGE_HU",
    "Settings",
    "read_settings",
    "with_opened",
    "with_privacy",
    "write_settings",
]
