"""Who gets which story, when, and how often."""
