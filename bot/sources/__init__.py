"""Live sources: public data that completes an answer."""
