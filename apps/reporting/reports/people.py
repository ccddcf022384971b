"""Who was shown it, who clicked, who bought, and what became of their coupons."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from apps.core.replica import reader
from apps.reporting.models import Buyer, CouponFlow, Reached, Seen
from apps.reporting.reports.numbers import ALWAYS, Period
from apps.reporting.reports.placement_cost import costs


@dataclass(frozen=True, slots=True)
class People:
    """Customers who bought with it, and those whose first order of all was one with it."""

    customers: int
    came_new: int

    @property
    def returning(self) -> int:
        return self.customers - self.came_new


def people_of(offers: Collection[str]) -> People:
    """Each person once."""
    rows = Buyer.objects.filter(offer__in=list(offers))
    if len(offers) == 1:
        return People(rows.count(), rows.filter(came_new=True).count())
    found = rows.aggregate(
        a=Count("customer_code", distinct=True),
        b=Count("customer_code", distinct=True, filter=Q(came_new=True)),
    )
    return People(found["a"], found["b"])


@dataclass(frozen=True, slots=True)
class Placed:
    """What one placement showed, and the orders it led to: what was paid for their goods, what the offers took off,
    their margin at list price, refunds counted back. `cost` is its part of the placement's; None: it has no price."""

    placement: str
    exposures: int = 0
    clicks: int = 0
    orders: int = 0
    gmv: int = 0
    discount: int = 0
    margin: int = 0
    new: int = 0
    days: int = 0
    cost: int | None = None

    @property
    def cost_per_order(self) -> int | None:
        return round(self.cost / self.orders) if self.cost is not None and self.orders else None

    @property
    def return_bps(self) -> int | None:
        """As if every order it led to came because of it."""
        spent = self.discount + (self.cost or 0)
        return round(10_000 * (self.margin - spent) / spent) if spent and self.orders else None

    @property
    def rate_bps(self) -> int | None:
        return round(10_000 * self.clicks / self.exposures) if self.exposures else None


# Each order once for each placement, with the discount of these offers and the margin of all its goods.
LED = """
WITH led AS MATERIALIZED (
    SELECT DISTINCT l.placement, l."order" AS id FROM reporting_led l WHERE l.code = ANY(%(codes)s)
)
SELECT led.placement, count(*), sum(o.list_amount - o.discount_amount - o.refunded_amount)::bigint,
    coalesce(sum(given.amount), 0)::bigint, coalesce(sum(goods.margin), 0)::bigint,
    count(*) FILTER (WHERE EXISTS (SELECT FROM reporting_firstorder f WHERE f."order" = o.id AND f.new))
FROM led JOIN orders_order o USING (id) LEFT JOIN LATERAL (
    SELECT sum((s.units - s.returned) * (s.list_price_amount - k.cost_amount)) AS margin
    FROM orders_ordersegment s JOIN catalog_sku k ON k.code = s.sku WHERE s.order_id = o.id
) goods ON true LEFT JOIN LATERAL (
    SELECT sum(CASE e.event WHEN 'redeem' THEN e.amount ELSE -e.amount END) AS amount FROM orders_ledgerentry e
    WHERE e.order_id = o.id AND e.offer = ANY(%(offers)s)
        AND (e.event = 'redeem' AND e.what IN ('share', 'shipping') OR e.event = 'refund' AND e.what = 'share')
) given ON true
WHERE o.paid_at >= coalesce(%(since)s::timestamptz, '-infinity')
    AND o.paid_at < coalesce(%(until)s::timestamptz, 'infinity')
GROUP BY 1
"""


def by_placement(codes: Collection[str], offers: Collection[str], period: Period = ALWAYS) -> list[Placed]:
    """What was shown and what it led to, the placement with most orders first."""
    rows = period.narrow(Seen.objects.filter(code__in=list(codes)))
    seen = {
        row["placement"]: (int(row["e"]), int(row["c"]))
        for row in rows.values("placement").order_by().annotate(e=Sum("exposures"), c=Sum("clicks"))
    }
    names = {"codes": list(codes), "offers": list(offers), "since": period.since, "until": period.until}
    with reader().cursor() as cursor:
        cursor.execute(LED, names)
        led = {placement: rest for placement, *rest in cursor.fetchall()}
    spent = costs(seen.keys(), period, codes)
    found = []
    for one in seen.keys() | led.keys():
        days, cost = _together(spent[one].values() if one in spent else ())
        exposures, clicks = seen.get(one, (0, 0))
        orders, gmv, discount, margin, new = led.get(one, (0, 0, 0, 0, 0))
        found.append(Placed(one, exposures, clicks, orders, gmv, discount, margin, new, days, cost))
    return sorted(found, key=lambda one: (-one.orders, -one.exposures, one.placement))


def _together(parts: Iterable[tuple[int, int]]) -> tuple[int, int | None]:
    """(most days on which one of them was shown, cost of all); None where no price is known."""
    found = list(parts)
    return max((days for days, _cost in found), default=0), sum(
        cost for _days, cost in found
    ) if found else None


def reached(codes: Collection[str]) -> tuple[int, int]:
    """(people shown it, people who clicked it), as far as the shop names them."""
    rows = Reached.objects.filter(code__in=list(codes))
    found = rows.aggregate(
        e=Count("customer_code", distinct=True, filter=Q(exposed=True)),
        c=Count("customer_code", distinct=True, filter=Q(clicked=True)),
    )
    return found["e"], found["c"]


@dataclass(frozen=True, slots=True)
class Coupons:
    """From issue to use, in coupons; `spent` is the discount of the used ones."""

    issued: int = 0
    used: int = 0
    returned: int = 0
    expired: int = 0
    voided: int = 0
    spent: int = 0

    @property
    def kept_used(self) -> int:
        return self.used - self.returned

    @property
    def rate_bps(self) -> int | None:
        return round(10_000 * self.kept_used / self.issued) if self.issued else None

    @property
    def open(self) -> int:
        """Unused or held now; a returned one that expired again is not."""
        return self.issued - self.kept_used - self.expired - self.voided


def coupons_of(
    *, templates: Collection[str] = (), origins: Collection[str] = (), period: Period = ALWAYS
) -> Coupons:
    rows = period.narrow(
        CouponFlow.objects.filter(Q(template__in=list(templates)) | Q(origin__in=list(origins)))
    )
    found = rows.aggregate(
        issued=Sum("issued"), used=Sum("used"), returned=Sum("returned"), expired=Sum("expired"),
        voided=Sum("voided"), spent=Sum("spent_amount"),
    )  # fmt: skip
    return Coupons(**{name: int(value or 0) for name, value in found.items()})


def coupons_by_origin(origins: Collection[str], period: Period) -> dict[str, Coupons]:
    """Of each campaign (or batch of codes) by its code."""
    rows = period.narrow(CouponFlow.objects.filter(origin__in=list(origins))).values("origin").order_by()
    found = rows.annotate(
        issued_=Sum("issued"), used_=Sum("used"), returned_=Sum("returned"), expired_=Sum("expired"),
        voided_=Sum("voided"), spent=Sum("spent_amount"),
    )  # fmt: skip
    return {
        row["origin"]: Coupons(
            row["issued_"], row["used_"], row["returned_"], row["expired_"], row["voided_"], int(row["spent"])
        )
        for row in found
    }
