"""What the user chose, as one frozen value, and what may be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import LANGUAGES, tr_later

DEVICES = ("auto", "cpu", "gpu")
OPERATING_POINTS = ("sensitive", "balanced", "specific")
THEMES = (tr_later("dark"), tr_later("light"))
#: "system" is the system's own, where the program speaks it, else English.
LANGUAGE_CHOICES = ("system", *LANGUAGES)
#: How much faster than usual a drag may change the window, and how fast a film may run.
SENSITIVITY_RANGE = (0.2, 5.0)
CINE_RANGE_HZ = (1.0, 60.0)
#: How strongly one type may be overlaid at least and at most, as a share of all.
OPACITY_RANGE = (0.1, 1.0)
#: The widest and narrowest window that can be a preset, in HU.
WIDTH_RANGE_HU = (1.0, 20000.0)
CENTER_RANGE_HU = (-32768.0, 32767.0)
#: How many of the places that were opened last are remembered.
MOST_RECENT = 8


@dataclass(frozen=True)
class Settings:
    """The user's choices.

    Parameters
    ----------
    device
        Where models run: "auto", "cpu" or "gpu".
    library_folder
        The case library to search, None for the user's own, else the one that ships.
    operating_point
        How readily the models say that something is there: "sensitive", "balanced" or "specific".
    theme
        "dark" or "light"; images are on black in both.
    language
        "system", "en" or "de"; in effect from the next start on.
    mouse_scheme
        Name of the mouse scheme; one that the program does not know counts as the first.
    own_mouse
        What the reader's own scheme does, by gesture ("Ctrl+Wheel": "zoom").
    keys
        The reader's own keys by the name of the action; actions without an entry have the usual.
    presets
        The windows on the number keys, from 1 on.
    window_sensitivity
        How many times the usual a drag changes the window.
    cine_hz
        Slices per second of a running film.
    is_cine_to_and_fro
        Whether a film turns round at the ends instead of starting again.
    type_opacity
        What single types get of the overlay's opacity, by their word ("subdural": 0.4); all of it
        without an entry.
    is_read_then_reveal
        Whether the AI stays hidden until the reader has answered.
    is_introduced
        Whether the reader has begun from the page of the first start.
    window_px
        Where the window was left: left, top, width and height; None before it was ever closed.
    is_maximized
        Whether it filled its screen.
    is_reading_ahead
        Whether the models read waiting studies while nothing else is to be done.
    is_private
        Whether the program remembers nothing of what was opened.
    recent
        The places that were opened last, the latest first.
    """

    device: str = "auto"
    library_folder: Path | None = None
    operating_point: str = "balanced"
    theme: str = "dark"
    language: str = "system"
    mouse_scheme: str = "PACS"
    own_mouse: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    presets: tuple[Window, ...] = tuple(PRESETS.values())
    window_sensitivity: float = 1.0
    cine_hz: float = 10.0
    is_cine_to_and_fro: bool = False
    type_opacity: Mapping[str, float] = field(default_factory=dict)
    is_read_then_reveal: bool = False
    is_introduced: bool = False
    window_px: tuple[int, int, int, int] | None = None
    is_maximized: bool = False
    is_reading_ahead: bool = False
    is_private: bool = False
    recent: tuple[Path, ...] = ()


def with_opened(settings: Settings, places: Sequence[Path]) -> Settings:
    """The settings after something was opened: it is remembered, unless they are private."""
    if settings.is_private:
        return settings
    recent = tuple(dict.fromkeys((*places, *settings.recent)))
    return replace(settings, recent=recent[:MOST_RECENT])


def with_privacy(settings: Settings, is_private: bool) -> Settings:
    """The settings with the private mode on or off; turning it on forgets what was opened."""
    return replace(settings, is_private=is_private, recent=() if is_private else settings.recent)
