"""The words for goods and duties in a question, and what they name."""
