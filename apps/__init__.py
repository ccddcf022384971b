"""The rooms of the house; docs/architecture.md says what lives where and which way the arrows point."""
