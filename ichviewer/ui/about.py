"""What the program is, and what it is not for."""

from ichviewer import __version__
from ichviewer.language import tr, tr_later

_ABOUT = tr_later("""ichviewer {version}

Offline reading station for head CT with intracranial hemorrhage.

The AI in this program was trained on simulated images. Its results are not for primary \
diagnosis and this program is not a medical device. Nothing leaves this computer.

Licence: Apache-2.0.""")


def about_text() -> str:
    """For the page about the program."""
    return tr(_ABOUT, version=__version__)
