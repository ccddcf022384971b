"""The nightly proof that reports and settlement are what the ledger says, to the cent."""
