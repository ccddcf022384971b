"""The watch board: what sells right now, what looks wrong about it, and the brakes beside it."""
