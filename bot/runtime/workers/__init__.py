"""Web and worker processes on PostgreSQL, which share the work of one bot."""
