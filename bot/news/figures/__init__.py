"""The duties that a story states: who charges whom, on what, how much."""
