"""How a template and a campaign stand: what of a budget is reserved, spent and left, where it went, slot by slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Sum

from apps.core.clock import now_sql
from apps.core.prepared import fetch_prepared
from apps.coupons.campaigns import Campaign, Item
from apps.coupons.lifecycle import Source
from apps.coupons.looks import look_statement, read_campaign
from apps.coupons.models import TemplateAllowance
from apps.coupons.worst_case import worst_case

# Sources whose origin is a thing with a page and many coupons; of the others each coupon has its own.
GATHERED = (Source.CLAIM.value, Source.CODE.value, Source.PUSH.value, Source.EVENT.value)
WENT = """
SELECT source, CASE WHEN source = ANY(%(gathered)s) THEN origin ELSE '' END AS whence, count(*),
    count(*) FILTER (WHERE state = 'used'), count(*) FILTER (WHERE state = 'held'),
    count(*) FILTER (WHERE state = 'unused' AND (valid_until IS NULL OR valid_until > {now})),
    count(*) FILTER (WHERE state = 'expired' OR state = 'unused' AND valid_until <= {now}),
    count(*) FILTER (WHERE state = 'void'), coalesce(sum(spent_amount), 0)::bigint
FROM coupons_coupon WHERE template = %(template)s GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
# Of the newest refusals only: the page costs the same however many were refused.
NEWEST = 50_000
REFUSED = """
SELECT reason, count(*) FROM (SELECT reason, origin FROM coupons_claimattempt ORDER BY id DESC LIMIT %s) newest
WHERE origin = %s GROUP BY 1 ORDER BY 2 DESC, 1
"""
# How many coupons came since each of the instants, before the next of them.
BY_SLOT = """
SELECT width_bucket(issued_at, %s::timestamptz[]), count(*) FROM coupons_coupon
WHERE origin = %s AND source = 'claim' GROUP BY 1
"""
ALLOWED = ("total_quantity", "issued_quantity", "total_amount", "reserved_amount", "spent_amount")


@dataclass(frozen=True, slots=True)
class Went:
    """Coupons of one template from one source; `spent_amount` is what the used ones gave."""

    source: str
    origin: str
    issued: int
    used: int
    held: int
    unused: int
    expired: int
    void: int
    spent_amount: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A template's budget in money and in coupons; a total that is None is unlimited."""

    total_quantity: int | None
    issued: int
    total_amount: int | None
    reserved_amount: int
    spent_amount: int

    @property
    def left_quantity(self) -> int | None:
        return None if self.total_quantity is None else max(0, self.total_quantity - self.issued)

    @property
    def left_amount(self) -> int | None:
        if self.total_amount is None:
            return None
        return max(0, self.total_amount - self.reserved_amount - self.spent_amount)

    @property
    def spent_percent(self) -> int:
        return _percent(self.spent_amount, self.total_amount)

    @property
    def reserved_percent(self) -> int:
        return _percent(self.reserved_amount, self.total_amount)

    @property
    def issued_percent(self) -> int:
        return _percent(self.issued, self.total_quantity)


def standing_of(template: str) -> Standing | None:
    """None where nothing is limited, or nothing was issued yet."""
    sums = TemplateAllowance.objects.filter(template=template).aggregate(
        **{name: Sum(name) for name in ALLOWED}
    )
    return None if sums["issued_quantity"] is None else Standing(*(sums[name] for name in ALLOWED))


def planned(content: Mapping[str, Any]) -> Standing | None:
    """What a document plans, before anything is issued; None where it limits nothing."""
    budget, bound = content["budget"], worst_case(content) is not None
    amount = budget["amount"] if bound else None
    if budget["quantity"] is None and amount is None:
        return None
    return Standing(budget["quantity"], 0, amount, 0, 0)


def with_standing(templates: QuerySet[Any]) -> QuerySet[Any]:
    """Templates with the sums of their allowances, for lists: `sum_<column>`, None where there are none."""
    parts = TemplateAllowance.objects.filter(template=OuterRef("code")).order_by().values("template")
    sums = {f"sum_{name}": Subquery(parts.annotate(total=Sum(name)).values("total")) for name in ALLOWED}
    return templates.annotate(**sums)


def standing_in(row: Any) -> Standing | None:
    """What `with_standing` brought."""
    values = [getattr(row, f"sum_{name}") for name in ALLOWED]
    return None if values[1] is None else Standing(*values)


def where_it_went(template: str) -> list[Went]:
    """By source, those with a page of their own by that, the most first."""
    now, moment = now_sql()
    names: dict[str, Any] = {"template": template, "gathered": list(GATHERED)}
    if moment:
        now, names["now"] = now.replace("%s", "%(now)s"), moment[0]
    with connection.cursor() as cursor:
        cursor.execute(WENT.format(now=now), names)
        return [Went(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Slot:
    """From `at` until the next one: so many more were released, so many claimed; `open_left` were left at its end."""

    at: datetime
    released: int
    claimed: int
    open_left: int
    state: str

    @property
    def height(self) -> int:
        """How much of what could be had in the slot is taken, in percent."""
        return _percent(self.claimed, self.claimed + self.open_left)


@dataclass(frozen=True, slots=True)
class CampaignStanding:
    """One look at a campaign: its slots, and whom it refused lately."""

    now: datetime
    campaign: Campaign
    slots: Sequence[Slot]
    refusals: Sequence[tuple[str, int]]

    @property
    def short(self) -> list[tuple[str, int, int]]:
        """(template, coupons announced still, coupons its budget gives) where the budget is the smaller one."""
        open_claims = self.campaign.terms.quantity - self.campaign.claims
        found = []
        for item in self._items():
            template = self.campaign.templates.get(item.template)
            if template is not None and open_claims * item.quantity > template.left:
                found.append((template.terms.name, open_claims * item.quantity, template.left))
        return found

    def _items(self) -> Sequence[Item]:
        return self.campaign.terms.items


def campaign_standing(code: str) -> CampaignStanding | None:
    """Three statements; None for a campaign that was never approved."""
    now, *_asker, document = fetch_prepared(*look_statement(None, code))
    campaign = read_campaign(document)
    if campaign is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, [NEWEST, code])
        refusals = [(str(reason), int(number)) for reason, number in cursor.fetchall()]
    return CampaignStanding(now, campaign, _slots(campaign, now), refusals)


def _slots(campaign: Campaign, now: datetime) -> list[Slot]:
    terms = campaign.terms
    starts = [one.at for one in terms.releases] or [terms.starts_at]
    numbers = [one.quantity for one in terms.releases] or [terms.quantity]
    with connection.cursor() as cursor:
        cursor.execute(BY_SLOT, [starts, campaign.code])
        coupons = dict(cursor.fetchall())
    slots, left = [], 0
    for number, (at, released) in enumerate(zip(starts, numbers, strict=True), start=1):
        begun = at <= now
        claimed = coupons.get(number, 0) // terms.coupons
        left = left + released - claimed if begun else 0
        last = number == len(starts) or starts[number] > now
        state = "coming" if not begun else "now" if last else "over"
        slots.append(Slot(at, released, claimed, left, state))
    return slots


def _percent(part: int, whole: int | None) -> int:
    return 100 * part // whole if whole else 0
