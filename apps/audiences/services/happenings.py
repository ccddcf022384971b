"""Tells the apps above what became of a customer, in the transaction that wrote it: they registered by name."""

from collections.abc import Callable

#: of a customer and what happened: `registration`, or `level:N` when the level rose to N
Listener = Callable[[str, str], None]

_listeners: dict[str, Listener] = {}
REGISTRATION = "registration"


def listen(name: str, listener: Listener) -> None:
    """`listener` must be quick and never refuse: the shop only wanted to tell of a customer."""
    _listeners[name] = listener


def tell(customer: str, happened: str) -> None:
    for listener in _listeners.values():
        listener(customer, happened)
