"""What the sums say of one thing, of many, and of a period: read-only, a constant number of statements."""
