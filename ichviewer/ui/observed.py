"""An attribute of a Qt model that tells when it has changed."""

from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QObject

T = TypeVar("T")


class Observed(Generic[T]):
    """An attribute that emits its model's signal when it is set to something else."""

    def __init__(self, default: T, signal: str) -> None:
        self._default = default
        self._signal = signal

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot = f"_{name}"

    @overload
    def __get__(self, model: None, owner: type) -> "Observed[T]": ...
    @overload
    def __get__(self, model: QObject, owner: type) -> T: ...
    def __get__(self, model: QObject | None, owner: type) -> Any:
        return self if model is None else getattr(model, self._slot, self._default)

    def __set__(self, model: QObject, value: T) -> None:
        if self.__get__(model, type(model)) != value:
            setattr(model, self._slot, value)
            getattr(model, self._signal).emit()
