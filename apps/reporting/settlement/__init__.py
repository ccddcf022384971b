"""Settlement by month, shop and bearer: booked from the sealed ledger, closed by a person, never changed after."""
