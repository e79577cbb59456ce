"""Renders dates of duties: rows of a calendar, calendar files, and the days of a percentage."""
