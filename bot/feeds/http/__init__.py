"""Guarded, bounded requests for feeds."""
