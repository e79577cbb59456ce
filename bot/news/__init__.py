"""What does a story say? Pure: entries in, stories out; no clock, network or database."""
