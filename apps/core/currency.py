"""The one currency of this portal: its first pack names it for good, until then the settings do."""

from collections.abc import Callable

from django.conf import settings

from apps.pricing.money import format_money

_sources: list[Callable[[], str | None]] = []
_kept: list[str] = []


def read_from(source: Callable[[], str | None]) -> None:
    """Name who knows it; asked until there is one, and then never again in this process."""
    _sources[:] = [source]


def remember(currency: str) -> None:
    _kept[:] = [currency]


def forget() -> None:
    _kept.clear()


def current() -> str:
    if not _kept:
        found = _sources[0]() if _sources else None
        if found is None:
            return str(settings.CURRENCY)
        remember(found)
    return _kept[0]


def money(amount: int) -> str:
    """Minor units of the portal's currency as people write them."""
    return format_money(amount, current())
