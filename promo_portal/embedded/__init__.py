"""PostgreSQL and Valkey from Python wheels, for the demo and the tests: no server to install."""
