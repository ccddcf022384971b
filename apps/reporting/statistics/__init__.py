"""PURE PYTHON: what two groups of customers tell about an effect, and how sure that is."""
