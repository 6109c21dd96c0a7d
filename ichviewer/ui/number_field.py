"""A field for a number, in which point and comma are both the decimal mark."""

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class NumberField(QDoubleSpinBox):
    """Shows the language's decimal mark, and takes either.

    Qt takes the other language's mark for one of thousands and drops it: 0.5 mm typed into a
    German field would be 5 mm. Thousands are never marked here, so that both can mean the same.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Put the language's mark for the other one, then judge as Qt does."""
        mark = self.locale().decimalPoint()
        written = text.replace("." if mark == "," else ",", mark)
        state, said, at = super().validate(written, position)
        return state, said, at
