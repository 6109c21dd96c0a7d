"""ichviewer: an offline reading station for head CT with intracranial hemorrhage."""

__version__ = "0.1.0"
