"""The patrol: the lowest price of everything for the next days, searched every night and where goods changed."""
