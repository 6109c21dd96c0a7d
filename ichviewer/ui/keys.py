"""Which keys an action has: the usual ones, or those that the reader chose."""

from collections.abc import Mapping

from PySide6.QtGui import QKeySequence

from ichviewer.language import tr
from ichviewer.ui.action import Action
from ichviewer.ui.actions import ACTIONS

#: The reader's own keys, by the name of the action.
Own = Mapping[str, tuple[str, ...]]


def keys_of(action: Action, own: Own) -> tuple[str, ...]:
    """The keys of an action, in Qt's portable notation; what is no key is left out."""
    chosen = own.get(action.name, action.keys)
    return tuple(key for key in chosen if QKeySequence(key).toString())


def key_text(action: Action, own: Own) -> str:
    """The keys of an action, as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return tr(" or ").join(QKeySequence(key).toString(native) for key in keys_of(action, own))


def conflict(action: Action, key: str, own: Own) -> Action | None:
    """The other action that has a key already, or None."""
    wanted = QKeySequence(key)
    return next(
        (
            other
            for other in ACTIONS
            if other is not action and wanted in map(QKeySequence, keys_of(other, own))
        ),
        None,
    )


def conflict_sentence(key: str, other: Action) -> str:
    """Why a key cannot be taken."""
    native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return tr(
        "{key} already means “{action}” ({menu}). Change that first.",
        key=native,
        action=other.words,
        menu=tr(other.menu),
    )
