"""The style sheet of the widgets, in the colours of a theme."""

from ichviewer.ui.palette import Palette


def style_sheet_of(c: Palette) -> str:
    """The style sheet in these colours."""
    return f"""
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
QMainWindow, QSplitter {{ background: {c.ground}; }}
QWidget#panel {{ background: {c.panel}; }}
QSplitter::handle {{ background: {c.ground}; }}
QSplitter::handle:hover {{ background: {c.accent}; }}
QMenuBar {{ background: {c.panel}; }}
QMenuBar::item {{ padding: 5px 10px; background: transparent; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {c.selection}; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.line}; }}
QMenu::item {{ padding: 5px 24px; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QStatusBar {{ background: {c.panel}; border-top: 1px solid {c.line}; }}
QStatusBar::item {{ border: none; }}
QToolBar {{ background: {c.panel}; border: none; border-bottom: 1px solid {c.line};
            spacing: 2px; padding: 3px 6px; }}
QToolBar QToolButton {{ padding: 4px 9px; border-radius: 4px; color: {c.text}; }}
QToolBar QToolButton:hover {{ background: {c.raised}; }}
QToolBar QToolButton:checked {{ background: {c.selection}; color: {c.selected_text}; }}
QToolBar::separator {{ width: 1px; background: {c.line}; margin: 4px 6px; }}
QPushButton {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 4px;
               padding: 4px 12px; }}
QPushButton:checked {{ background: {c.selection}; color: {c.selected_text}; }}
QPushButton:hover, QPushButton:focus {{ border-color: {c.accent}; }}
QLineEdit, QListWidget {{ background: {c.field}; border: 1px solid {c.strong_line};
                          border-radius: 4px; padding: 3px 6px; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; }}
QLineEdit:focus, QListWidget:focus {{ border-color: {c.accent}; }}
QCheckBox::indicator:unchecked {{ background: {c.field}; border: 1px solid {c.dim};
                                  border-radius: 2px; width: 12px; height: 12px; }}
QCheckBox::indicator:unchecked:focus, QCheckBox::indicator:unchecked:hover {{
    border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.faint}; }}
QProgressBar {{ background: {c.ground}; border: 1px solid {c.line}; border-radius: 3px;
                text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 2px; }}
QTreeView, QTableView, QScrollArea, QAbstractScrollArea {{ border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: {c.panel}; }}
QTableView {{ gridline-color: transparent; background: {c.panel};
              selection-background-color: {c.selection};
              selection-color: {c.selected_text}; }}
QTreeView {{ background: {c.panel}; }}
QTreeView::item:hover, QTableView::item:hover {{ background: {c.raised}; }}
QHeaderView::section {{ background: {c.panel}; color: {c.dim}; border: none;
                        border-bottom: 1px solid {c.line}; padding: 3px 4px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; }}
QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; min-height: 24px; }}
QScrollBar::handle:vertical:hover {{ background: {c.strong_line}; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; }}
QScrollBar::handle:horizontal {{ background: {c.line}; border-radius: 4px; min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QLabel[tone="dim"] {{ color: {c.dim}; }}
QLabel[tone="heading"] {{ color: {c.text}; font-weight: 600; }}
QLabel[tone="warning"] {{ color: {c.warning}; }}
QLabel[tone="error"] {{ color: {c.error}; }}
QLabel[tone="calm"] {{ color: {c.calm}; }}
QLabel#banner {{ background: {c.note_ground}; color: {c.warning}; border: 1px solid {c.note_line};
                 border-radius: 4px; padding: 4px 8px; font-weight: 600; }}
QLabel#chip {{ background: {c.raised}; color: {c.dim}; border: 1px solid {c.line};
               border-radius: 4px; padding: 1px 6px; }}
QLabel#chip[tone="warning"] {{ color: {c.warning}; border-color: {c.note_line}; }}
QFrame#message {{ background: {c.note_ground}; border: 1px solid {c.note_line};
                  border-radius: 4px; }}
QFrame#message[tone="error"] {{ background: {c.error_ground}; border-color: {c.error_line}; }}
QScrollArea#conflict {{ border: 1px solid {c.note_line}; border-radius: 6px; }}
QPushButton#jump {{ background: transparent; border: none; padding: 2px 0; text-align: left;
                    color: {c.accent}; }}
QPushButton#jump:disabled {{ color: {c.dim}; }}
QPushButton#jump:hover, QPushButton#jump:focus {{ text-decoration: underline; }}
QToolButton#case {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 4px;
                    padding: 2px 6px 2px 2px; }}
QToolButton#case:hover, QToolButton#case:focus {{ border-color: {c.accent}; }}
QFrame#card {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 6px; }}
QFrame#card:hover {{ border-color: {c.strong_line}; }}
QFrame#card:focus {{ border-color: {c.accent}; }}
QFrame#card[open="true"] {{ border: 2px solid {c.accent}; }}
"""
