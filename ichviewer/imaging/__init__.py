"""Arrays that know where they are: grids, planes, windows, overlays, measures."""
