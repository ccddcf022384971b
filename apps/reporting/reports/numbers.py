"""Orders, money and people of offers, shops or everything, over a period or as long as there are numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum

from apps.catalog.models import Sku
from apps.core.replica import reader
from apps.reporting.models import About, Borne, Goods, Trade

SUMS = (
    "orders",
    "new_orders",
    "units",
    "list_amount",
    "net_amount",
    "gmv_amount",
    "discount_amount",
    "back_orders",
    "back_units",
    "back_list_amount",
    "back_net_amount",
    "back_gmv_amount",
    "back_discount_amount",
)


@dataclass(frozen=True, slots=True)
class Period:
    """Half open; None: without end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, rows: QuerySet[Any], column: str = "hour") -> QuerySet[Any]:
        if self.since is not None:
            rows = rows.filter(**{f"{column}__gte": self.since})
        return rows if self.until is None else rows.filter(**{f"{column}__lt": self.until})


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was sold and what came back; the properties have refunds counted back."""

    orders: int = 0
    new_orders: int = 0
    units: int = 0
    list_amount: int = 0
    net_amount: int = 0
    gmv_amount: int = 0
    discount_amount: int = 0
    back_orders: int = 0
    back_units: int = 0
    back_list_amount: int = 0
    back_net_amount: int = 0
    back_gmv_amount: int = 0
    back_discount_amount: int = 0

    @property
    def kept_orders(self) -> int:
        return self.orders - self.back_orders

    @property
    def kept_units(self) -> int:
        return self.units - self.back_units

    @property
    def gmv(self) -> int:
        return self.gmv_amount - self.back_gmv_amount

    @property
    def net(self) -> int:
        return self.net_amount - self.back_net_amount

    @property
    def listed(self) -> int:
        return self.list_amount - self.back_list_amount

    @property
    def discount(self) -> int:
        return self.discount_amount - self.back_discount_amount

    @property
    def order_value(self) -> int | None:
        """GMV by order, both after refunds, so that the three numbers of a row agree."""
        return round(self.gmv / self.kept_orders) if self.kept_orders > 0 else None


def numbers_of(about: About, codes: Iterable[str], period: Period = ALWAYS) -> Numbers:
    """All of these together; orders with two of several offers count for each."""
    rows = period.narrow(Trade.objects.filter(about=about, code__in=list(codes)))
    found = rows.aggregate(**{name: Sum(name) for name in SUMS})
    return Numbers(**{name: int(value or 0) for name, value in found.items()})


def numbers_by_code(about: About, codes: Iterable[str] | None, period: Period) -> dict[str, Numbers]:
    """Of each; with None of all that traded in the period."""
    rows = period.narrow(Trade.objects.filter(about=about))
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    grouped = rows.values("code").order_by().annotate(**{f"{name}_": Sum(name) for name in SUMS})
    return {row["code"]: Numbers(**{name: int(row[f"{name}_"]) for name in SUMS}) for row in grouped}


def days_of(about: About, codes: Iterable[str], period: Period = ALWAYS) -> list[tuple[date, Numbers]]:
    """By the portal's calendar day, the oldest first; days without anything are left out."""
    names = ", ".join(f"sum({name})::bigint" for name in SUMS)
    with reader().cursor() as cursor:
        cursor.execute(
            f"""SELECT (hour AT TIME ZONE %s)::date, {names} FROM reporting_trade
            WHERE about = %s AND code = ANY(%s)
                AND hour >= coalesce(%s::timestamptz, '-infinity') AND hour < coalesce(%s::timestamptz, 'infinity')
            GROUP BY 1 ORDER BY 1""",  # noqa: S608 - columns of ours
            [settings.TIME_ZONE, about, list(codes), period.since, period.until],
        )
        return [(row[0], Numbers(*row[1:])) for row in cursor.fetchall()]


def by_channel(about: About, codes: Iterable[str], period: Period = ALWAYS) -> list[tuple[str, Numbers]]:
    rows = period.narrow(Trade.objects.filter(about=about, code__in=list(codes)))
    grouped = rows.values("channel").order_by("channel").annotate(**{f"{name}_": Sum(name) for name in SUMS})
    return [(row["channel"], Numbers(**{name: int(row[f"{name}_"]) for name in SUMS})) for row in grouped]


def by_bearer(offers: Iterable[str] | None, period: Period = ALWAYS) -> list[tuple[str, int, int]]:
    """(party, borne, of it reversed by refunds), the one who bears most first."""
    rows = period.narrow(Borne.objects.all())
    if offers is not None:
        rows = rows.filter(offer__in=list(offers))
    grouped = rows.values("bearer").order_by().annotate(a=Sum("amount"), b=Sum("back_amount"))
    return sorted(
        ((r["bearer"], int(r["a"]), int(r["b"])) for r in grouped), key=lambda r: (r[2] - r[1], r[0])
    )


@dataclass(frozen=True, slots=True)
class Margin:
    """At the catalogue's cost of today. `listed_amount` is what goods of known cost make at list price, `amount` at the
    prices paid; `unknown` are units whose cost nobody has told."""

    amount: int
    listed_amount: int
    unknown: int


MARGIN = """
SELECT coalesce(sum(g.net_amount - g.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint,
    coalesce(sum(g.list_amount - g.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint,
    coalesce(sum(g.units) FILTER (WHERE k.cost_amount IS NULL), 0)::bigint
FROM reporting_goods g LEFT JOIN catalog_sku k ON k.code = g.sku WHERE g.offer = ANY(%s)
"""


def margin_of(offers: Collection[str]) -> Margin:
    """Goods touched by two of several offers count for each."""
    with reader().cursor() as cursor:
        cursor.execute(MARGIN, [list(offers)])
        return Margin(*cursor.fetchone())


def top_goods(offers: Collection[str], most: int = 20) -> list[dict[str, Any]]:
    """The SKUs that brought most, with name, units and money."""
    rows = Goods.objects.filter(offer__in=list(offers)).values("sku")
    summed = rows.annotate(sold=Sum("units"), net=Sum("net_amount"), listed=Sum("list_amount"))
    found = list(summed.order_by("-net", "sku")[:most])
    names = dict(Sku.objects.filter(code__in=[row["sku"] for row in found]).values_list("code", "name"))
    return [{**row, "name": names.get(row["sku"], "")} for row in found]
