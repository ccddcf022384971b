"""A question to the simulator, and the address that asks it: whoever shows a price links to the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from apps.core.forms.local_time import write_local

#: the id of a customer whom nobody knows: limits per customer can then be judged, and nothing of them is used up
MADE_UP = "made-up"


@dataclass(frozen=True, slots=True)
class Question:
    """`body` is that of `POST /quotes`; the rest is what only this page can ask.

    `drafts` are `activity:code` and `template:code`, priced as if live; of `without` nothing is used; of the templates
    `coupons` the customer is taken to hold one each.
    """

    body: Mapping[str, Any]
    as_of: datetime | None = None
    drafts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    coupons: tuple[str, ...] = field(default=())


def simulator_url(
    goods: Iterable[tuple[str, int]],
    *,
    as_of: datetime | None = None,
    customer: str = "",
    new: bool | None = None,
    member_level: int | None = None,
    audiences: Iterable[str] = (),
    channel: str | None = None,
    terminal: str | None = None,
    region: str | None = None,
    drafts: Iterable[str] = (),
    coupons: Iterable[str] = (),
) -> str:
    """The page that prices these (SKU, units); `new` None is nobody who is signed in, else a made-up customer."""
    asked: list[tuple[str, Any]] = [("lines", "\n".join(f"{sku} {units}" for sku, units in goods))]
    if as_of is not None:
        asked.append(("as_of", typed(as_of)))
    if customer:
        asked.append(("customer", customer))
    elif new is not None:
        asked.append(("who", "new" if new else "known"))
    single = {"member_level": member_level, "channel": channel, "terminal": terminal, "region": region}
    asked += [(name, value) for name, value in single.items() if value is not None]
    if named := list(audiences):
        asked.append(("audience", "\n".join(named)))
    asked += [("draft", code) for code in drafts]
    asked += [("coupon", code) for code in coupons]
    return f"{reverse('admin:simulator')}?{urlencode(asked)}"


def typed(moment: datetime) -> str:
    """As people type it, to the second: the first whole one at which what begins then has begun."""
    whole = moment.replace(microsecond=0)
    whole = whole if whole == moment else whole + timedelta(seconds=1)
    return write_local(whole, ZoneInfo(settings.TIME_ZONE))
