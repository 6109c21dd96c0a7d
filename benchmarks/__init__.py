"""Speed, memory and recall, measured against peers in one run: `make bench`."""
