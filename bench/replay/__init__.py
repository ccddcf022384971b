"""A grocer's year of claims and redemptions, lived through by a portal of its own with the clock of the past."""
