"""Known cases, and the ones found similar."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ichviewer.language import tr, tr_later

#: Who labels cases, where it is a usual word; a model is mostly named behind it, in brackets.
_MODEL = tr_later("model")
_LABEL_SOURCES = (tr_later("simulator (exact)"), tr_later("radiologist"), _MODEL)


@dataclass(frozen=True, eq=False)
class Case:
    """One stored example.

    Parameters
    ----------
    case_id
        Stable name of the case in its library.
    types
        Words of the hemorrhage types present ("epidural" ...), empty for a negative case.
    volumes_ml
        mL by type word.
    side, site
        Where the largest lesion is; empty where none.
    label_source
        Who says so: "simulator (exact)", "radiologist", "model" ...
    is_simulated
        True shows "simulated" on every card.
    largest_slice
        k of the slice shown as thumbnail and opened first.
    thumbnail_png
        PNG bytes of that slice.
    vector
        (D,) float32 L2-normalised embedding.
    series_path
        Where the case's images are, relative to the library's folder or absolute, or empty.
    age_band, sex, note
        De-identified description.
    """

    case_id: str
    types: tuple[str, ...]
    volumes_ml: dict[str, float]
    side: str
    site: str
    label_source: str
    is_simulated: bool
    largest_slice: int
    thumbnail_png: bytes = field(repr=False)
    vector: NDArray[np.float32] = field(repr=False)
    series_path: str = ""
    age_band: str = ""
    sex: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Match:
    """One neighbour.

    Parameters
    ----------
    case
        The stored example.
    distance
        Euclidean distance of L2-normalised vectors, 0 (same) to 2 (opposite), computed exactly.
    percentile
        Share (0-100) of all pairs in the library that are farther apart than this distance.
    is_discordant
        True where the case shows none of the types that the query was found to have.
    """

    case: Case
    distance: float
    percentile: float
    is_discordant: bool = False


@dataclass(frozen=True, eq=False)
class Matches:
    """The answer of a similar-case search.

    Parameters
    ----------
    matches
        Nearest first.
    votes
        How many of the ten nearest show each type word ("none" for negatives).
    is_far
        True where even the nearest is farther than the library's own neighbours usually are.
    notes
        Sentences that a reader must not miss (exact search because the index is damaged ...).
    contrary
        The nearest cases that show the opposite of what was found, nearest first: no hemorrhage
        where some was found, else any.
    """

    matches: tuple[Match, ...]
    votes: dict[str, int]
    is_far: bool
    notes: tuple[str, ...] = ()
    contrary: tuple[Match, ...] = ()


def label_source(source: str) -> str:
    """Who labelled a case, in the reader's language where it is a usual word."""
    said, _, by = source.partition(" (")
    if said == _MODEL and by:
        return f"{tr(said)} ({by}"
    return tr(source) if source in _LABEL_SOURCES else source
