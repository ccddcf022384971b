"""What shops' servers are called: the API's app lies above this one and registers who knows their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

NamesOf = Callable[[Iterable[int]], Mapping[int, str]]
_known: list[NamesOf] = []


def register(names_of: NamesOf) -> None:
    _known.append(names_of)


def client_names(clients: Iterable[int]) -> dict[int, str]:
    """Names by client; one that nobody knows is not among them."""
    wanted = set(clients)
    return {client: name for names_of in _known for client, name in names_of(wanted).items()}
