"""Words that stand for others, or for nothing, in a question."""
