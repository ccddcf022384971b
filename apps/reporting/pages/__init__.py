"""The reports on the screen and on paper."""
