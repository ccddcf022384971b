"""The pages of an event: the container with its calendar, its copy, its members, and steps on many of them."""
