"""Text as such: folding, sentences, HTML to plain text, month names."""
