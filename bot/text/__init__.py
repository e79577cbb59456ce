"""Text functions: folding, sentences, HTML to plain text, month names."""
