"""Commands as people type them, whatever platform they use."""
