"""Reminders of duties that take effect or end, and of deadlines in official notices."""
