"""Frozen values to plain ones and back, by the types of their fields."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def to_plain(value: Any) -> Any:
    """A value as JSON has it: objects for dataclasses and mappings, lists for tuples."""
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(held) for held in value]
    if isinstance(value, Enum):
        return value.value
    return value


def from_plain(kind: Any, value: Any) -> Any:
    """The inverse of `to_plain`; fields that are not known are left out.

    Parameters
    ----------
    kind
        A dataclass, an Enum, str, bool, int, float, tuple[...], dict[str, ...], an optional of
        these, or Any.
    value
        As it came from JSON.

    Raises
    ------
    ValueError, TypeError, KeyError
        The value is not of that kind.
    """
    if kind is Any:
        return value
    origin = get_origin(kind)
    if origin is not None:
        return _parametrised(origin, get_args(kind), value)
    if is_dataclass(kind):
        return _dataclass(kind, _of(dict, value))
    if issubclass(kind, Enum):
        return kind(value)
    return _number(value) if kind is float else _of(kind, value)


def _parametrised(origin: Any, kinds: tuple[Any, ...], value: Any) -> Any:
    if origin in (UnionType, Union):
        (wanted,) = (kind for kind in kinds if kind is not type(None))
        return None if value is None else from_plain(wanted, value)
    if origin is tuple:
        held = _of(list, value)
        if kinds[-1] is Ellipsis:
            kinds = (kinds[0],) * len(held)
        return tuple(from_plain(kind, one) for kind, one in zip(kinds, held, strict=True))
    return {str(key): from_plain(kinds[1], one) for key, one in _of(dict, value).items()}


def _dataclass(kind: Any, value: dict[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: from_plain(hints[name], value[name]) for name in hints if name in value})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _number(value: Any) -> float:
    number = float(_of(int, value) if isinstance(value, int) else _of(float, value))
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _of(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{kind.__name__} expected")
    return value
