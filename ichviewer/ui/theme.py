"""Colours of the dark and the light theme; images lie on black in both, so inks on them stay."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.report.colours import TYPE_COLOURS
from ichviewer.ui.palette import DARK, LIGHT, Palette
from ichviewer.ui.style_sheet import style_sheet_of

#: Least contrast of text with its ground (WCAG 2.1, 1.4.3).
READABLE_CONTRAST = 4.5
IMAGE_GROUND = "#000000"


_PALETTES = {"dark": DARK, "light": LIGHT}
#: Inks for what is written into images.
ON_IMAGE = DARK


def apply_theme(application: QApplication, name: str = "dark") -> None:
    """Give the whole application a theme; at once, also to what is already on the screen."""
    if application.property("theme") == name:
        return
    if application.property("theme") is None:
        application.setStyle("Fusion")
    application.setProperty("theme", name)
    palette = _PALETTES[name]
    application.setPalette(_qt_palette(palette))
    application.setStyleSheet(style_sheet_of(palette))


def colours() -> Palette:
    """The colours of the theme in use; asked for when something is drawn, never kept."""
    application = QApplication.instance()
    name = application.property("theme") if application is not None else None
    return _PALETTES.get(str(name), DARK)


def type_colour(kind: HemorrhageType) -> QColor:
    """The colour of a type in images, bars and swatches."""
    return QColor(*TYPE_COLOURS[kind])


def type_ink(kind: HemorrhageType) -> QColor:
    """A type's colour as text on a panel: lighter or darker until it can be read there."""
    ink, ground = type_colour(kind), QColor(colours().panel)
    while contrast(ink, ground) < READABLE_CONTRAST:
        ink = ink.lighter(108) if ground.lightness() < 128 else ink.darker(108)
    return ink


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _qt_palette(colours: Palette) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: colours.panel,
        roles.Base: colours.field,
        roles.AlternateBase: colours.panel,
        roles.Button: colours.raised,
        roles.ToolTipBase: colours.raised,
        roles.Mid: colours.line,
        roles.Dark: colours.ground,
        roles.Light: colours.line,
        roles.WindowText: colours.text,
        roles.Text: colours.text,
        roles.ButtonText: colours.text,
        roles.ToolTipText: colours.text,
        roles.BrightText: colours.error,
        roles.PlaceholderText: colours.dim,
        roles.Highlight: colours.selection,
        roles.HighlightedText: colours.selected_text,
        roles.Link: colours.accent,
        roles.Accent: colours.accent,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette
