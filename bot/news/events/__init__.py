"""Groups stories into events, and finds whether a duty is decided."""
