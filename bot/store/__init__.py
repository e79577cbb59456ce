"""The database: SQLite by default. What is due and what is owed live here."""
