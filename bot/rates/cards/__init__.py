"""Cards: what a law or a topic is, its rates and dates on a day, its rulings and its sources."""
