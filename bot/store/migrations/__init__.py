"""Alembic's folder: the migrations from older tables to the current ones."""
