"""试算: what a cart costs at some moment, and why, by the same quoting that shops get."""
