"""The demo: a 双11 fair as a pack, its carts and accounts, and the shift that brings it to today."""
