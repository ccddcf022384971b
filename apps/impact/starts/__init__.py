"""Mass starts: the instants at which many prices change at once, and a rehearsal of one of them."""
