"""Parses product texts: goods, codes, single layers, or goods in general."""
