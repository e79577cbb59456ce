"""The database: tables, queries and transactions."""
