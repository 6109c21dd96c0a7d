"""The colour of every hemorrhage type, the same on screen, on thumbnails and on paper."""

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.overlay import Colour

#: Okabe and Ito's palette, distinguishable with every common form of colour blindness.
TYPE_COLOURS: dict[HemorrhageType, Colour] = {
    HemorrhageType.EPIDURAL: (0xE6, 0x9F, 0x00),
    HemorrhageType.INTRAPARENCHYMAL: (0xD5, 0x5E, 0x00),
    HemorrhageType.INTRAVENTRICULAR: (0xCC, 0x79, 0xA7),
    HemorrhageType.SUBARACHNOID: (0x00, 0x9E, 0x73),
    HemorrhageType.SUBDURAL: (0x56, 0xB4, 0xE9),
}
