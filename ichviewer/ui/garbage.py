"""Python's search for garbage, kept short on the thread that draws the window."""

import gc


def spare_what_stands() -> None:
    """Leave out of later searches what lives as long as the program: modules and the window itself.

    A full search looks at every object there is; with these among them it held the window for 60 to
    70 ms at a time.
    """
    gc.collect()
    gc.freeze()
