"""Alembic's folder: the steps from an empty database to today's tables, run by `upgrade`."""
