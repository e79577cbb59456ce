"""Parts of the answers to questions about rates."""
