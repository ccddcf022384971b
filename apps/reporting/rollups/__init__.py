"""Sums by hour and day: taken from the sealed ledgers step by step, or made again as a whole."""
