"""The process boundary: guarded workers with limits, progress and cancellation."""
