"""When each feed is polled, and one poll of one feed."""
