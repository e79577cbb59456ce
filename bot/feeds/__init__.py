"""From an address to entries: when to look, one guarded fetch, one parse."""
