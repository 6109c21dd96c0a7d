"""The rows of the settings: one choice each, its words, and the control that changes it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import tr
from ichviewer.settings import (
    CENTER_RANGE_HU,
    CINE_RANGE_HZ,
    LANGUAGE_CHOICES,
    SENSITIVITY_RANGE,
    THEMES,
    WIDTH_RANGE_HU,
    Settings,
)
from ichviewer.ui.mouse import GESTURES, OWN, SCHEMES, MouseAction, gesture_words, scheme_of
from ichviewer.ui.number_field import NumberField
from ichviewer.ui.viewer_model import ViewerModel
from ichviewer.ui.wording import capital


@dataclass(frozen=True)
class Row:
    """One choice.

    Parameters
    ----------
    group, text
        Where it stands and what it is called; both are searched.
    control
        Changes it at once.
    show
        Brings the control up to date.
    """

    group: str
    text: str
    control: QWidget
    show: Callable[[], None]


def theme_row(model: ViewerModel) -> Row:
    """Dark or light."""
    theme = QComboBox()
    theme.addItems([capital(tr(name)) for name in THEMES])
    theme.activated.connect(lambda at: _change(model, theme=THEMES[at]))
    return Row(tr("Looks"), tr("Theme"), theme,
               lambda: theme.setCurrentIndex(THEMES.index(model.choices.theme)))  # fmt: skip


def language_row(model: ViewerModel) -> Row:
    """The language of the texts; names of languages stand in the language itself."""
    names = {"system": tr("As the system"), "en": "English", "de": "Deutsch"}
    box = QComboBox()
    box.addItems([names[choice] for choice in LANGUAGE_CHOICES])
    box.activated.connect(lambda at: _change(model, language=LANGUAGE_CHOICES[at]))
    return Row(
        tr("Looks"),
        tr("Language (from the next start)"),
        box,
        lambda: box.setCurrentIndex(LANGUAGE_CHOICES.index(model.choices.language)),
    )


def looks_rows(model: ViewerModel) -> list[Row]:
    """Theme, language and film."""
    rate = _number(CINE_RANGE_HZ, tr(" slices per second"))
    rate.valueChanged.connect(lambda value: _change(model, cine_hz=value))
    turns = QCheckBox(tr("turn round at the ends instead of starting again"))
    turns.toggled.connect(lambda value: _change(model, is_cine_to_and_fro=value))
    return [
        theme_row(model),
        language_row(model),
        Row(tr("Film"), tr("Rate"), rate, lambda: _show(rate, model.choices.cine_hz)),
        Row(tr("Film"), tr("To and fro"), turns,
            lambda: turns.setChecked(model.choices.is_cine_to_and_fro)),
    ]  # fmt: skip


def scheme_row(model: ViewerModel) -> Row:
    """The mouse scheme."""
    names = (*SCHEMES, OWN)
    scheme = QComboBox()
    scheme.addItems([*SCHEMES, tr("Own: gesture by gesture")])
    scheme.activated.connect(lambda at: _use_scheme(model, names[at]))

    def show() -> None:
        name = model.choices.mouse_scheme
        scheme.setCurrentIndex(names.index(name) if name in names else 0)

    return Row(tr("Mouse"), tr("Scheme"), scheme, show)


def mouse_rows(model: ViewerModel) -> list[Row]:
    """Scheme, sensitivity, and every gesture."""
    gain = _number(SENSITIVITY_RANGE, tr(" × usual"), 0.1)
    gain.setDecimals(1)
    gain.valueChanged.connect(lambda value: _change(model, window_sensitivity=value))
    rows = [
        scheme_row(model),
        Row(tr("Mouse"), tr("Sensitivity of the window drag"), gain,
            lambda: _show(gain, model.choices.window_sensitivity)),
    ]  # fmt: skip
    return rows + [_gesture_row(model, gesture) for gesture in GESTURES]


def preset_rows(model: ViewerModel) -> list[Row]:
    """Name, width and centre of every preset."""
    return [_preset_row(model, number) for number in PRESETS]


def _gesture_row(model: ViewerModel, gesture: str) -> Row:
    actions = tuple(MouseAction)
    box = QComboBox()
    box.addItems([capital(tr(action)) for action in actions])

    def choose(at: int) -> None:
        own = {g: str(a) for g, a in scheme_of(model.choices).items()}
        _change(model, mouse_scheme=OWN, own_mouse={**own, gesture: str(actions[at])})

    def show() -> None:
        now = scheme_of(model.choices).get(gesture, MouseAction.NOTHING)
        box.setCurrentIndex(actions.index(now))

    box.activated.connect(choose)
    return Row(tr("Mouse"), gesture_words(gesture), box, show)


def _preset_row(model: ViewerModel, number: int) -> Row:
    name, width, center = QLineEdit(), _number(WIDTH_RANGE_HU, " HU"), _number(CENTER_RANGE_HU)
    center.setSuffix(" HU")
    name.setMaxLength(30)
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for part, word in ((name, tr("name")), (width, tr("width")), (center, tr("centre"))):
        part.setAccessibleName(tr("Preset {number}, {what}", number=number, what=word))
        part.setToolTip(capital(word))
        row.addWidget(part, 1)

    def change() -> None:
        presets, wanted = (
            model.choices.presets,
            name.text().strip() or tr("preset {number}", number=number),
        )
        before = presets[number - 1]
        # The usual names are shown in the reader's language and kept in English.
        kept = before.name if wanted == tr(before.name) else wanted
        made = Window(center.value(), width.value(), kept)
        if made != before:
            is_shown = model.window == before
            _change(model, presets=(*presets[: number - 1], made, *presets[number:]))
            if is_shown:
                model.window = made

    def show() -> None:
        window = model.choices.presets[number - 1]
        if name.text() != tr(window.name):
            name.setText(tr(window.name))
        _show(width, window.width)
        _show(center, window.center)

    name.editingFinished.connect(change)
    width.valueChanged.connect(lambda _value: change())
    center.valueChanged.connect(lambda _value: change())
    return Row(
        tr("Window presets"), tr("Key {number}: name, width, centre", number=number), whole, show
    )


def _use_scheme(model: ViewerModel, name: str) -> None:
    """Take a scheme; the reader's own begins as a copy of the one before."""
    own = model.choices.own_mouse
    if name == OWN and not own:
        own = {g: str(a) for g, a in scheme_of(model.choices).items()}
    model.choices = replace(model.choices, mouse_scheme=name, own_mouse=own)


def _change(model: ViewerModel, **changes: object) -> None:
    settings: Settings = replace(model.choices, **changes)  # type: ignore[arg-type]
    model.choices = settings


def _number(limits: tuple[float, float], suffix: str = "", step: float = 1.0) -> NumberField:
    box = NumberField()
    box.setRange(*limits)
    box.setDecimals(0)
    box.setSingleStep(step)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box


def _show(box: NumberField, value: float) -> None:
    """Put a value into a field without answering to it."""
    if box.value() != value:
        box.blockSignals(True)
        box.setDecimals(max(box.decimals(), 0 if value == round(value) else 1))
        box.setValue(value)
        box.blockSignals(False)
