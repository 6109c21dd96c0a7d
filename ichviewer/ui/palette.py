"""The colours of the dark and the light theme, by what they are for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, by what they are for."""

    ground: str
    field: str
    panel: str
    raised: str
    line: str
    strong_line: str
    text: str
    dim: str
    faint: str
    accent: str
    selection: str
    selected_text: str
    calm: str
    warning: str
    error: str
    note_ground: str
    note_line: str
    error_ground: str
    error_line: str


DARK = Palette(
    ground="#0f1215",
    field="#0f1215",
    panel="#181c21",
    raised="#22282f",
    line="#323a43",
    strong_line="#55616d",
    text="#e6eaee",
    dim="#a3aeb9",
    faint="#66707a",
    accent="#5aa9f0",
    selection="#2b5b88",
    selected_text="#ffffff",
    calm="#57b894",
    warning="#f0b94f",
    error="#ff8379",
    note_ground="#3a2f14",
    note_line="#6b5622",
    error_ground="#381a1a",
    error_line="#8f3b36",
)
LIGHT = Palette(
    ground="#dfe4e9",
    field="#ffffff",
    panel="#f5f7f9",
    raised="#ffffff",
    line="#bcc6cf",
    strong_line="#8b98a4",
    text="#1a2026",
    dim="#4b5762",
    faint="#8b959e",
    accent="#1c6bb3",
    selection="#c6def4",
    selected_text="#10161c",
    calm="#1b7151",
    warning="#855700",
    error="#ad2219",
    note_ground="#fff2d1",
    note_line="#d2aa48",
    error_ground="#fde6e4",
    error_line="#d4857e",
)
