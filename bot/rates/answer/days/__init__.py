"""The duties on the goods of a question on other days than that of its answer."""
