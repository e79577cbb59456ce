"""Commands about stored data: exports, feedback and personal data."""
