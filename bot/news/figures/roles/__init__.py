"""Finds who charges a duty and who pays it."""
