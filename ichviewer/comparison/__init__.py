"""Two series of one patient: how they lie to each other, and what has changed between them."""
