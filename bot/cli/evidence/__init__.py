"""Commands about what is kept: exports, feedback and personal data."""
