"""`./run bench`: every figure that the project promises, measured in one run; it asserts nothing."""
