"""Colours and the style sheet: dark by default, colour-blind-safe hemorrhage types."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.report.colours import TYPE_COLOURS

GROUND = "#0f1215"
PANEL = "#181c21"
RAISED = "#22282f"
LINE = "#323a43"
TEXT = "#e6eaee"
DIM = "#a3aeb9"
ACCENT = "#5aa9f0"
CALM = "#57b894"
WARNING = "#f0b94f"
ERROR = "#ff8379"
IMAGE_GROUND = "#000000"


def type_colour(kind: HemorrhageType) -> QColor:
    """The colour of a type, as Qt wants it."""
    return QColor(*TYPE_COLOURS[kind])


def apply_theme(application: QApplication) -> None:
    """Give the whole application the dark theme."""
    application.setStyle("Fusion")
    application.setPalette(_palette())
    application.setStyleSheet(_STYLE)


def _palette() -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: PANEL,
        roles.Base: GROUND,
        roles.AlternateBase: PANEL,
        roles.Button: RAISED,
        roles.ToolTipBase: RAISED,
        roles.Mid: LINE,
        roles.Dark: GROUND,
        roles.Light: LINE,
        roles.WindowText: TEXT,
        roles.Text: TEXT,
        roles.ButtonText: TEXT,
        roles.ToolTipText: TEXT,
        roles.BrightText: ERROR,
        roles.PlaceholderText: DIM,
        roles.Highlight: "#2b5b88",
        roles.HighlightedText: "#ffffff",
        roles.Link: ACCENT,
        roles.Accent: ACCENT,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#66707a"))
    return palette


_STYLE = f"""
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QMainWindow, QSplitter {{ background: {GROUND}; }}
QWidget#panel {{ background: {PANEL}; }}
QSplitter::handle {{ background: {GROUND}; }}
QSplitter::handle:hover {{ background: {ACCENT}; }}
QMenuBar {{ background: {PANEL}; }}
QMenuBar::item {{ padding: 5px 10px; background: transparent; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: #2b5b88; }}
QMenu {{ background: {RAISED}; border: 1px solid {LINE}; }}
QMenu::item {{ padding: 5px 24px; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 4px 8px; }}
QStatusBar {{ background: {PANEL}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: none; }}
QToolBar {{ background: {PANEL}; border: none; border-bottom: 1px solid {LINE};
            spacing: 2px; padding: 3px 6px; }}
QToolBar QToolButton {{ padding: 4px 9px; border-radius: 4px; color: {TEXT}; }}
QToolBar QToolButton:hover {{ background: {RAISED}; }}
QToolBar QToolButton:checked {{ background: #2b5b88; color: white; }}
QToolBar::separator {{ width: 1px; background: {LINE}; margin: 4px 6px; }}
QPushButton {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 4px;
               padding: 4px 12px; }}
QPushButton:hover, QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton:disabled {{ color: #66707a; }}
QProgressBar {{ background: {GROUND}; border: 1px solid {LINE}; border-radius: 3px;
                text-align: center; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 2px; }}
QTreeView, QTableView, QScrollArea, QAbstractScrollArea {{ border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: {PANEL}; }}
QTableView {{ gridline-color: transparent; background: {PANEL};
              selection-background-color: #2b5b88; }}
QTreeView {{ background: {PANEL}; }}
QTreeView::item:hover, QTableView::item:hover {{ background: {RAISED}; }}
QHeaderView::section {{ background: {PANEL}; color: {DIM}; border: none;
                        border-bottom: 1px solid {LINE}; padding: 3px 4px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; }}
QScrollBar::handle:vertical {{ background: {LINE}; border-radius: 4px; min-height: 24px; }}
QScrollBar::handle:vertical:hover {{ background: #4a5560; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; }}
QScrollBar::handle:horizontal {{ background: {LINE}; border-radius: 4px; min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QLabel[tone="dim"] {{ color: {DIM}; }}
QLabel[tone="heading"] {{ color: {TEXT}; font-weight: 600; }}
QLabel[tone="warning"] {{ color: {WARNING}; }}
QLabel[tone="error"] {{ color: {ERROR}; }}
QLabel[tone="calm"] {{ color: {CALM}; }}
QLabel#banner {{ background: #3a2f14; color: {WARNING}; border: 1px solid #6b5622;
                 border-radius: 4px; padding: 4px 8px; font-weight: 600; }}
QLabel#chip {{ background: {RAISED}; color: {DIM}; border: 1px solid {LINE};
               border-radius: 4px; padding: 1px 6px; }}
QLabel#chip[tone="warning"] {{ color: {WARNING}; border-color: #6b5622; }}
QFrame#message {{ background: #33230f; border: 1px solid #8a5a1e; border-radius: 4px; }}
QFrame#message[tone="error"] {{ background: #381a1a; border-color: #8f3b36; }}
QFrame#card {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame#card:hover {{ border-color: #55616d; }}
QFrame#card:focus {{ border-color: {ACCENT}; }}
QFrame#card[open="true"] {{ border: 2px solid {ACCENT}; }}
"""
