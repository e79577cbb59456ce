"""Which stories report one event, and at which stage it is."""
