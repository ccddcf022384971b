"""Years of orders: real baskets placed through the services, multiplied by SQL, then summed, settled and looked at."""
