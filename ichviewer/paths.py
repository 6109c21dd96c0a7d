"""Where things are: what ships with the program, and what belongs to the user.

In a checkout the shipped folders lie beside the package; in a frozen bundle below its own folder.
Environment variables may point elsewhere, but never in a frozen program, so that an installed
station runs only what was installed.
"""

import os
import sys
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("ichviewer", appauthor=False)


def is_frozen() -> bool:
    """Whether this is an installed bundle."""
    return bool(getattr(sys, "frozen", False))


def models_folder() -> Path:
    """One folder per model (ICHVIEWER_MODELS)."""
    return _overridden("ICHVIEWER_MODELS") or _shipped() / "models"


def resources_folder() -> Path:
    """Icons, demo study and starter library (ICHVIEWER_RESOURCES)."""
    return _overridden("ICHVIEWER_RESOURCES") or _shipped() / "resources"


def atlas_file() -> Path:
    """The atlas that tells where in the head a lesion lies."""
    return resources_folder() / "atlas" / "head_atlas.npz"


def manual_folder(language: str) -> Path:
    """The manual in a language, or in English where there is none in that language."""
    manual = resources_folder() / "manual"
    return manual / language if (manual / language).is_dir() else manual / "en"


def languages_folder() -> Path:
    """The catalogues of the languages that the program speaks."""
    return resources_folder() / "languages"


def demo_study_folder() -> Path:
    """The simulated study that ships with the program."""
    return resources_folder() / "demo"


def starter_library_folder() -> Path:
    """The case library that ships with the program; never written to."""
    return resources_folder() / "library"


def user_library_folder() -> Path:
    """The user's own case library, which may not exist yet (ICHVIEWER_DATA)."""
    return _data() / "library"


def readings_folder() -> Path:
    """The journals of what the user read, which may not exist yet (ICHVIEWER_DATA)."""
    return _data() / "readings"


def settings_file() -> Path:
    """The user's settings, which may not exist yet (ICHVIEWER_DATA)."""
    data = _overridden("ICHVIEWER_DATA")
    return (data or Path(_DIRS.user_config_path)) / "settings.json"


def logs_folder() -> Path:
    """Where logs are written (ICHVIEWER_DATA)."""
    data = _overridden("ICHVIEWER_DATA")
    return data / "logs" if data else Path(_DIRS.user_log_path)


def _data() -> Path:
    return _overridden("ICHVIEWER_DATA") or Path(_DIRS.user_data_path)


def _shipped() -> Path:
    if is_frozen():
        return Path(getattr(sys, "_MEIPASS", Path(sys.executable).parent))
    return Path(__file__).resolve().parent.parent


def _overridden(variable: str) -> Path | None:
    value = "" if is_frozen() else os.environ.get(variable, "")
    return Path(value) if value else None
