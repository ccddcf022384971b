"""From a priced cart to the rows that record it: segments, uses, ledger entries, rewards. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from apps.orders.demand import Applied
from apps.orders.models.ledger import LedgerEvent, LedgerWhat
from apps.orders.terms import Terms, borne
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote

Row = dict[str, Any]
NO_TERMS = Terms(0, (), False, "waive")


def segment_rows(quote: Quote) -> list[Row]:
    rows = []
    for position, line in enumerate(quote.cart.lines):
        for number, segment in enumerate(quote.segments[position]):
            piece = segment.piece
            rows.append(
                {
                    "line": line.line,
                    "line_number": position,
                    "number": number,
                    "sku": line.sku,
                    "units": segment.units,
                    "list_price_amount": line.unit_price,
                    "item_offer": piece.item_offer.code if piece.item_offer else "",
                    "item_reduction_amount": line.unit_price - piece.unit_price if piece.item_offer else 0,
                    "shares": [[offer.code, amount] for offer, amount in segment.shares],
                }
            )
    return rows


def use_rows(applied: Iterable[Applied], terms: Mapping[str, Terms]) -> list[Row]:
    return [
        {
            "offer": one.offer.code,
            "version": (said := terms.get(one.offer.code, NO_TERMS)).version,
            "layer": one.offer.layer.value,
            "units": sum(one.units.values()),
            "discount_amount": one.discount,
            "terms": said.as_json(),
        }
        for one in applied
    ]


def hold_entries(quote: Quote, applied: Iterable[Applied], terms: Mapping[str, Terms]) -> list[Row]:
    """Every share of every offer by bearer, and every reward, as the ledger records a hold.

    Of a reward coupon the template stands where a gift has its SKU.
    """
    rows: list[Row] = []
    for position, line in enumerate(quote.cart.lines):
        for number, segment in enumerate(quote.segments[position]):
            piece = segment.piece
            where = {"line": line.line, "segment": number, "sku": line.sku, "units": segment.units}
            if piece.item_offer is not None:
                amount = segment.units * (line.unit_price - piece.unit_price)
                rows += _borne(LedgerWhat.SHARE, piece.item_offer.code, amount, terms, where)
            for offer, amount in segment.shares:
                rows += _borne(LedgerWhat.SHARE, offer.code, amount, terms, where)
    for one in applied:
        code = one.offer.code
        if one.offer.layer is Layer.SHIPPING:
            rows += _borne(LedgerWhat.SHIPPING, code, one.discount, terms, {})
        for sku, quantity in one.gifts.items():
            rows.append(_entry(LedgerWhat.GIFT, code, terms, sku=sku, units=quantity))
    for reward in quote.rewards:
        if reward.refusal or reward.sku is not None:
            continue
        if reward.template is None:
            rows.append(_entry(LedgerWhat.POINTS, reward.offer.code, terms, units=reward.quantity))
        else:
            said = {"sku": reward.template, "units": reward.quantity}
            rows.append(_entry(LedgerWhat.COUPON, reward.offer.code, terms, **said))
    return rows


def _borne(
    what: LedgerWhat, offer: str, amount: int, terms: Mapping[str, Terms], where: Mapping[str, Any]
) -> Iterator[Row]:
    """One row for each bearer; the units go with the first."""
    units = where.get("units", 0)
    for party, part in borne(amount, terms.get(offer, NO_TERMS).bearers):
        yield _entry(what, offer, terms, **{**where, "units": units, "amount": part, "bearer": party})
        units = 0


def _entry(what: LedgerWhat, offer: str, terms: Mapping[str, Terms], **values: Any) -> Row:
    return ledger_row(
        LedgerEvent.HOLD, what, offer=offer, version=terms.get(offer, NO_TERMS).version, **values
    )


def ledger_row(event: LedgerEvent, what: LedgerWhat, **values: Any) -> Row:
    """One ledger entry; what is not given is empty."""
    return {
        "event": event.value,
        "what": what.value,
        "offer": "",
        "version": 0,
        "line": "",
        "segment": 0,
        "sku": "",
        "units": 0,
        "amount": 0,
        "bearer": "",
        "restocked": False,
        **values,
    }


def reward_rows(quote: Quote) -> list[Row]:
    """What each offer gave besides money, and the tiers that decide how much of it stays after a refund."""
    rows: dict[str, Row] = {}
    for reward in quote.rewards:
        if reward.refusal:
            continue
        offer = reward.offer
        row = rows.setdefault(offer.code, _reward_row(offer))
        if reward.sku is not None:
            row["gifts"][reward.sku] = row["gifts"].get(reward.sku, 0) + reward.quantity
        elif reward.template is not None:
            row["coupons"][reward.template] = row["coupons"].get(reward.template, 0) + reward.quantity
        else:
            row["points"] += reward.quantity
    return list(rows.values())


def _reward_row(offer: Offer) -> Row:
    """`gifts`, `coupons` and `points` are what the customer has; a refund that recalls some lowers them. `recalled` are
    the rows of the coupons that earlier refunds dealt with."""
    tiers = [
        {
            "at": tier.at,
            "gifts": {gift.sku: gift.quantity for gift in tier.rewards.gifts},
            "coupons": {coupon.template: coupon.quantity for coupon in tier.rewards.coupons},
            "points": tier.rewards.points,
        }
        for tier in getattr(offer.kind, "tiers", ())
    ]
    return {
        "offer": offer.code,
        "metric": getattr(offer.kind, "metric", ""),
        "basis": "item" if offer.basis_item else "running",
        "tiers": tiers,
        "gifts": {},
        "coupons": {},
        "points": 0,
        "recalled": [],
    }
