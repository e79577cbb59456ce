"""Duties by tariff line: on one code, on goods in words, and on all lines of a pair."""
