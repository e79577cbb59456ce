"""The running bot: settings, wiring, jobs, start and stop."""
