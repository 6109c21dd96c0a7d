"""Known cases and the search for similar ones."""
