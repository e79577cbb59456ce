"""The words for goods and duties in a question, and their meaning."""
