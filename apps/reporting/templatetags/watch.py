"""Template filters of the watch board."""

from django import template

from apps.offers.versions.labels import STATE_LABELS
from apps.pricing.money import format_percent

register = template.Library()


@register.filter
def percent(bps: int) -> str:
    """With one decimal: how deep a discount is."""
    return format_percent(round(bps, -1))


@register.filter
def state_name(state: str) -> str:
    return str(STATE_LABELS[state])
