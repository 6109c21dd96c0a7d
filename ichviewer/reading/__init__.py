"""What the reader decides, kept at once: readings, their changes, and the journal on disk."""
