"""Dated deadlines in the notices of agencies, gazettes and courts."""
