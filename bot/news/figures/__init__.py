"""The duties that a story states: imposer, partner, goods, percent."""
