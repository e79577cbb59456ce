"""The commands about rates and the tariff schedule."""
