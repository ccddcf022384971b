"""The pricing engine: pure Python, no Django, no clock, no database, no settings."""
