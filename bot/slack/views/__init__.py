"""What each message says, as blocks."""
