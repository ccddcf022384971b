"""Carts as JSON: strict reading, limits and faults, for the API and the offline command. No Django."""
