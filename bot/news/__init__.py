"""From an entry to a story: topics, parties, figures, event and summary."""
