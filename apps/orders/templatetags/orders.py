"""Template filters of the pages about orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings

register = template.Library()


@register.filter
def at(values: Mapping[str, Any], key: str) -> Any:
    """The value of a key; the key itself where there is none."""
    return values.get(key, key)


@register.filter
def positive(number: int) -> int:
    return abs(number)


@register.filter
def clock(moment: datetime) -> str:
    """The portal's own hour, to the second."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%H:%M:%S")
