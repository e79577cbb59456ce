"""Lists of events: digests, missed stories, and what a person follows."""
