"""An imposer's tariff schedule: its lines with base duties, and the lists that name them."""
