"""The price history: what every SKU was listed at, cost everybody, and was paid for; written as it changes."""
