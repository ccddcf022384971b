"""All that a quote must know from the database, in one prepared statement, whatever the number of lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from apps.audiences.selectors import CUSTOMER_FACTS, CUSTOMER_LISTS, RULE_VERSION
from apps.catalog.models import Selection
from apps.catalog.selectors import SKU_FACTS, read_sku_facts
from apps.core.clock import now_sql
from apps.core.prepared import fetch_prepared
from apps.coupons.wallet import wallet_sql
from apps.pricing.cart import AUTO, Sku

#: before the first pack
NO_PORTAL = (settings.CURRENCY, Selection.BEST.value, False)
JOURNAL_END = "(SELECT max(id) FROM offers_bookchange)"
PORTAL = "(SELECT json_build_array(currency, selection, block_below_floor)::text FROM catalog_portal)"
# Whether the customer has bought here: orders that were paid, or are held and not over yet. Orders of nobody are named
# apart: the planner would take them for this customer's and expect to find one at once among all orders.
HAS_ORDERED = """(%(customer)s IS NOT NULL AND EXISTS (
    SELECT FROM orders_order o WHERE o.customer_code = %(customer)s AND o.customer_code <> ''
        AND (o.paid_at IS NOT NULL OR (o.state = 'held' AND o.held_until > {now}))
))"""
# Whether holds are over that no sweep has released yet; one probe of the index of holds.
OVERDUE = "EXISTS (SELECT FROM orders_order o WHERE o.state = 'held' AND o.held_until <= {now})"
STATEMENT = f"""SELECT {{now}}, {JOURNAL_END}, {PORTAL}, {RULE_VERSION},
    {CUSTOMER_FACTS}, {CUSTOMER_LISTS}, {SKU_FACTS}, {HAS_ORDERED}, {OVERDUE}, {{known}}, """
KNOWN_ORDER = "EXISTS (SELECT FROM orders_order WHERE code = %(order)s)"
NO_COUPONS = NOTHING_EXTRA = "NULL::text"


@dataclass(frozen=True, slots=True)
class Inputs:
    """One consistent look at the database; `version` is the journal's last id."""

    now: datetime
    version: int
    currency: str
    selection: str
    rule_version: int
    customer: Mapping[str, Any] | None
    lists: tuple[str, ...]
    skus: Mapping[str, Sku]
    has_ordered: bool = False
    #: there are holds whose time is over, and no sweep has released them yet
    overdue: bool = False
    #: what the wallet's subquery gave, for `read_wallet`
    wallet: str | None = None
    order_exists: bool = False
    #: orders below a floor price are refused
    block_below_floor: bool = False
    #: what the subquery that rode along gave
    extra: str | None = None


def gather(
    *,
    customer: str | None,
    skus: Iterable[str],
    shop: str | None,
    coupons: str | Sequence[str] = (),
    as_of: datetime | None = None,
    order: str | None = None,
    extra: str = NOTHING_EXTRA,
) -> Inputs:
    """What a cart of these SKUs by this customer must know; of the goods of one shop only where `shop` is given.

    `coupons` says which of the customer's coupons: "auto" those that could matter at `as_of` (None: now), or these ids.
    `order` asks whether there is an order with this id; `extra` is a scalar subquery that rides along.
    """
    now, frozen_at = now_sql()
    names: dict[str, Any] = {"customer": customer, "skus": list(skus)}
    if frozen_at:
        now, names["now"] = now.replace("%s", "%(now)s"), frozen_at[0]
    wallet = wallet_sql(customer, coupons) or NO_COUPONS
    if coupons != AUTO:
        names["coupons"] = list(coupons)
    moment_sql = now
    if as_of is not None:
        moment_sql, names["as_of"] = "%(as_of)s::timestamptz", as_of
    known = "false"
    if order is not None:
        known, names["order"] = KNOWN_ORDER, order
    statement = f"{STATEMENT}{wallet}, {extra}"
    row = fetch_prepared(statement.format(now=now, as_of=moment_sql, known=known), names)
    moment, version, portal, rule_version, stored, lists, goods, *rest = row
    has_ordered, overdue, order_exists, held, more = rest
    currency, selection, block = orjson.loads(portal) if portal else NO_PORTAL
    facts = read_sku_facts(goods)
    if shop is not None:
        facts = {code: sku for code, sku in facts.items() if sku.shop == shop}
    return Inputs(
        now=moment,
        version=version or 0,
        currency=currency,
        selection=selection,
        rule_version=rule_version,
        customer=orjson.loads(stored) if stored else None,
        lists=tuple(lists),
        skus=facts,
        has_ordered=has_ordered,
        overdue=overdue,
        wallet=held,
        order_exists=order_exists,
        block_below_floor=block,
        extra=more,
    )
