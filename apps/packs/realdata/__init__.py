"""A grocer's year as a pack and carts: the public "Complete Journey" data set, read, converted, written."""
