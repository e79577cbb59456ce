"""What takes effect, ends or falls due, and on which day."""
