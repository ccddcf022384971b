"""A slow, literal reading of the pricing rules, written from their text alone, to check the engine."""

from tests.oracle.quote import price

__all__ = ["price"]
