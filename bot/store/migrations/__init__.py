"""Alembic's folder: every step from an empty database to today's tables, run by `upgrade`."""
