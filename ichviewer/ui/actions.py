"""All actions in one table: it makes the menus, the key help, and what the tests walk through."""

from functools import partial

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.ui.action import Action, Desk
from ichviewer.ui.comparison_actions import COMPARE
from ichviewer.ui.measure_actions import MEASURE
from ichviewer.ui.reading_actions import IMAGE, VIEW, WINDOWS
from ichviewer.ui.reading_menu import READING


def _hide_overlay(desk: Desk, is_off: bool) -> None:
    desk.model.is_overlay_off = is_off


def _toggle_evidence(desk: Desk) -> None:
    desk.model.is_evidence_shown = not desk.model.is_evidence_shown


def _is_type_shown(kind: HemorrhageType, desk: Desk) -> bool:
    return int(kind) not in desk.model.overlay.hidden


FILE = (
    Action("File", "Open folder…", ("Ctrl+O",), lambda d: d.choose_folder()),
    Action("File", "Open files or ZIP…", ("Ctrl+Shift+O",), lambda d: d.choose_file()),
    Action("File", "Open the demo study", ("Ctrl+D",), lambda d: d.open_demo()),
    Action("File", "Next series", ("Right",), lambda d: d.step_series(1)),
    Action("File", "Previous series", ("Left",), lambda d: d.step_series(-1)),
    Action("File", "Next study", ("Ctrl+Right",), lambda d: d.step_study(1)),
    Action("File", "Previous study", ("Ctrl+Left",), lambda d: d.step_study(-1)),
    Action("File", "Take the open study off the list", ("Ctrl+W",), lambda d: d.close_study()),
    Action("File", "Clear the study list", ("Ctrl+Shift+W",), lambda d: d.jobs.close_all_studies()),
    Action("File", "Quit", ("Ctrl+Q",), lambda d: d.close()),
)

FINDINGS = (
    Action("Findings", "Next finding", ("N",), lambda d: d.model.step_lesion(1)),
    Action("Findings", "Previous finding", ("P",), lambda d: d.model.step_lesion(-1)),
    Action("Findings", "Hide overlay while held", ("O",), partial(_hide_overlay, is_off=True),
           release=partial(_hide_overlay, is_off=False)),
    Action("Findings", "Outline of the overlay", ("Shift+O",), lambda d: d.model.toggle_outline(),
           is_on=lambda d: d.model.overlay.is_outlined),
    Action("Findings", "Evidence map of the AI", ("F4",), _toggle_evidence,
           is_on=lambda d: d.model.is_evidence_shown),
    Action("Findings", "Overlay weaker", ("[",), lambda d: d.model.change_opacity(-0.1)),
    Action("Findings", "Overlay stronger", ("]",), lambda d: d.model.change_opacity(0.1)),
    *(
        Action(
            "Findings",
            "Show {what}",
            (f"Ctrl+{int(kind)}",),
            partial(lambda desk, kind: desk.model.toggle_type(kind), kind=kind),
            is_on=partial(_is_type_shown, kind),
            what=kind.word,
        )
        for kind in HemorrhageType
    ),
    Action("Findings", "Run the AI on this series", ("F5",), lambda d: d.jobs.analyze()),
    Action("Findings", "Next similar case beside", ("S",), lambda d: d.step_case(1)),
    Action("Findings", "Previous similar case beside", ("Shift+S",), lambda d: d.step_case(-1)),
    Action("Findings", "Close similar case", ("X",), lambda d: d.jobs.close_case()),
    Action("Findings", "Cancel what is running", ("Ctrl+.",), lambda d: d.jobs.cancel_all()),
)  # fmt: skip

HELP = (
    Action("Help", "All keys", ("?",), lambda d: d.show_keys()),
    Action("Help", "Manual", ("F1",), lambda d: d.show_manual()),
    Action("Help", "First steps", ("Shift+F1",), lambda d: d.show_first_steps()),
    Action("Help", "Settings…", ("Ctrl+,",), lambda d: d.show_settings()),
    Action("Help", "About ichviewer", ("Ctrl+F1",), lambda d: d.show_about()),
)

ACTIONS: tuple[Action, ...] = (
    *(*FILE, *IMAGE, *WINDOWS, *MEASURE, *FINDINGS),
    *(*COMPARE, *READING, *VIEW, *HELP),
)
