"""Who is a candidate (pricing rules, section 3), and for everyone else near the cart: the reason and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.pricing.book import OfferBook, lines_covered
from apps.pricing.candidate import Candidate
from apps.pricing.cart import AUTO, Cart, Coupon, Customer
from apps.pricing.holdout import in_holdout
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer, Targeting
from apps.pricing.usage import UNUSED, Usage

Reason = tuple[str, Mapping[str, object]]
NO_NUMBERS: Mapping[str, object] = {}
NOBODY = Customer()


@dataclass(slots=True)
class Rejected:
    """A near candidate that cannot apply: the reason code and the numbers behind it."""

    offer: Offer
    reason: str
    numbers: Mapping[str, object]
    coupon: Coupon | None = None


@dataclass(slots=True)
class Eligibility:
    """Candidates in the order of application, the rejected with their reasons, and every coupon of the
    wallet considered."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    #: coupon -> the candidate that stands for its template (None: it cannot be used; then why)
    coupons: list[tuple[Coupon, Candidate | None, str]] = field(default_factory=list)
    unknown_coupons: tuple[str, ...] = ()
    one_shop: str | None = None


def find_candidates(
    cart: Cart,
    book: OfferBook,
    as_of: datetime,
    usages: Mapping[str, Usage],
    wallet: Sequence[Coupon],
    reached: Mapping[Offer, int],
) -> Eligibility:
    """Everything near the cart, sorted into candidates and rejected; `reached` are activities with their lines."""
    found = Eligibility(one_shop=_one_shop(cart))
    no_activities, no_coupons = _excluded(cart)
    named = _named(cart)
    for offer, lines in reached.items():
        if not lines:
            continue
        usage = usages.get(offer.code, UNUSED)
        reason = (
            rejection(offer, usage, cart, as_of)
            if offer.guarded or usage is not UNUSED or offer.rationed
            else None
        )
        if reason is None:
            reason = _window(offer, as_of)
        lines, cut = _cut(offer, usage, cart, lines, no_activities)
        reason = reason or cut or _no_fee(offer, cart)
        if reason is None:
            found.candidates.append(Candidate(offer, lines, usage, named=named))
        else:
            found.rejected.append(Rejected(offer, *reason))
    _add_coupons(found, cart, book, as_of, usages, wallet, no_coupons)
    if cart.prefer:
        wanted = set(cart.prefer)
        # Coupons of one template are alike: insisting on one of them is insisting on the template.
        wanted |= {coupon.template for coupon, _, _ in found.coupons if coupon.id in wanted}
        for candidate in found.candidates:
            candidate.preferred = candidate.offer.code in wanted
    found.candidates.sort(key=_order)
    return found


def _named(cart: Cart) -> bool:
    return cart.customer is not None and cart.customer.id is not None


def _order(candidate: Candidate) -> tuple[int, int, str]:
    return candidate.offer.order


def _window(offer: Offer, as_of: datetime) -> Reason | None:
    if offer.starts_at is not None and as_of < offer.starts_at:
        return "not_started", {"starts_at": offer.starts_at}
    if offer.ends_at is not None and as_of >= offer.ends_at:
        return "ended", {"ends_at": offer.ends_at}
    return None


def rejection(offer: Offer, usage: Usage, cart: Cart, as_of: datetime) -> Reason | None:
    """Why the offer as a whole cannot apply to this cart at this instant, or None."""
    if usage.blocked:
        return usage.blocked, usage.blocked_numbers
    reason = _window(offer, as_of)
    if reason is not None:
        return reason
    if offer.schedule is not None and not offer.schedule.covers(as_of):
        following = offer.schedule.next_start(as_of)
        if following is not None and offer.ends_at is not None and following >= offer.ends_at:
            following = None
        return "not_in_session", {"next_session_at": following} if following else NO_NUMBERS
    if offer.guarded:
        reason = _targeting(offer, cart) or _limits(offer, usage, cart)
        if reason is not None:
            return reason
    return _spent(offer, usage)


def _targeting(offer: Offer, cart: Cart) -> Reason | None:
    reason = not_meant(offer.targeting, cart)
    if reason is not None or not offer.holdout_bps:
        return reason
    customer = cart.customer or NOBODY
    held_out = customer.id is not None and in_holdout(offer.code, customer.id, offer.holdout_bps)
    return ("holdout", NO_NUMBERS) if held_out else None


def not_meant(wanted: Targeting, cart: Cart) -> Reason | None:
    """Why the cart or its customer is not among those whom a targeting means, or None."""
    customer = cart.customer or NOBODY
    if wanted.channels and cart.channel not in wanted.channels:
        return "channel", NO_NUMBERS
    if wanted.terminals and cart.terminal not in wanted.terminals:
        return "terminal", NO_NUMBERS
    if wanted.regions and cart.region not in wanted.regions:
        return "region", NO_NUMBERS
    if wanted.member_levels and customer.member_level not in wanted.member_levels:
        return "member_level", {"levels": sorted(wanted.member_levels)}
    if wanted.new_customers_only and not customer.new:
        return "new_customers_only", NO_NUMBERS
    if wanted.audiences and wanted.audiences.isdisjoint(customer.audiences):
        return "audience", NO_NUMBERS
    return None


def _limits(offer: Offer, usage: Usage, cart: Cart) -> Reason | None:
    limits = offer.limits
    if limits.needs_customer and (cart.customer is None or cart.customer.id is None):
        return "customer_required", NO_NUMBERS
    for name, limit, used in (
        ("per_customer_units", limits.per_customer_units, usage.customer_units),
        ("per_customer_orders", limits.per_customer_orders, usage.customer_orders),
        ("per_customer_per_day_units", limits.per_customer_per_day_units, usage.today_units),
        ("per_customer_per_day_orders", limits.per_customer_per_day_orders, usage.today_orders),
        ("total_orders", limits.total_orders, usage.total_orders),
    ):
        if limit is not None and used >= limit:
            return "limit_reached", {"limit": name, "allowed": limit, "used": used}
    return None


def _spent(offer: Offer, usage: Usage) -> Reason | None:
    """Sold out, or a budget that pays for nothing more. A coupon's budget was reserved when it was issued."""
    total = offer.stock.total if usage.stock_total is None else usage.stock_total
    if total is not None and usage.sold_units >= total:
        return "sold_out", {"held_units": usage.held_units}
    budget = offer.budget_amount if usage.budget_amount is None else usage.budget_amount
    if budget is not None and not offer.is_coupon:
        left = budget - usage.spent_amount
        if left <= 0 or left < offer.stop_below:
            return "budget_exhausted", {"left": max(left, 0)}
    return None


def _no_fee(offer: Offer, cart: Cart) -> Reason | None:
    return ("no_effect", NO_NUMBERS) if offer.layer is Layer.SHIPPING and not cart.shipping_fee else None


def _excluded(cart: Cart) -> tuple[int, int]:
    """Masks of the lines that take no part in activities, and in coupons."""
    activities = coupons = 0
    for position, line in enumerate(cart.lines):
        if line.facts is not None and line.facts.excluded_from:
            activities |= ("activities" in line.facts.excluded_from) << position
            coupons |= ("coupons" in line.facts.excluded_from) << position
    return activities, coupons


def _cut(offer: Offer, usage: Usage, cart: Cart, lines: int, excluded: int) -> tuple[int, Reason | None]:
    """The lines that remain without excluded and stopped SKUs; a reason when none does."""
    if lines & excluded:
        lines &= ~excluded
        if not lines:
            return 0, ("excluded_sku", NO_NUMBERS)
    if usage.stopped_skus and lines:
        for position, line in enumerate(cart.lines):
            if line.sku in usage.stopped_skus:
                lines &= ~(1 << position)
        if not lines:
            return 0, ("stopped_sku", NO_NUMBERS)
    return lines, None


def _one_shop(cart: Cart) -> str | None:
    shops = {line.facts.shop if line.facts else None for line in cart.lines}
    return shops.pop() if len(shops) == 1 else None


def _add_coupons(
    found: Eligibility,
    cart: Cart,
    book: OfferBook,
    as_of: datetime,
    usages: Mapping[str, Usage],
    wallet: Sequence[Coupon],
    excluded: int,
) -> None:
    """One candidate for each template: of its usable coupons the one that expires first, then the smallest id."""
    if cart.coupons == AUTO:
        held = wallet
    else:
        wanted = dict.fromkeys(cart.coupons)
        held = [coupon for coupon in wallet if coupon.id in wanted]
        known = {coupon.id for coupon in held}
        found.unknown_coupons = tuple(name for name in wanted if name not in known)  # in the cart's order
    usable: dict[str, list[Coupon]] = {}
    for coupon in held:
        reason = _coupon_reason(coupon, as_of)
        offer = book.offers.get(coupon.template)
        if offer is None:
            found.coupons.append((coupon, None, "ended"))
        elif reason is not None:
            found.coupons.append((coupon, None, reason[0]))
            found.rejected.append(Rejected(offer, *reason, coupon))
        else:
            usable.setdefault(coupon.template, []).append(coupon)
    for template, coupons in usable.items():
        offer = book.offers[template]
        first = min(coupons, key=_expires_first) if len(coupons) > 1 else coupons[0]
        usage = usages.get(template, UNUSED)
        reason = rejection(offer, usage, cart, as_of) if offer.guarded or usage is not UNUSED else None
        lines, cut = _cut(offer, usage, cart, lines_covered(offer, cart.lines), excluded)
        reason = reason or cut or (None if lines else ("out_of_scope", NO_NUMBERS)) or _no_fee(offer, cart)
        if reason is not None:
            found.rejected.append(Rejected(offer, *reason, first))
            found.coupons.extend((coupon, None, reason[0]) for coupon in coupons)
            continue
        candidate = Candidate(offer, lines, usage, first, named=_named(cart))
        found.candidates.append(candidate)
        found.coupons.extend((coupon, candidate, "") for coupon in coupons)


def _expires_first(coupon: Coupon) -> tuple[bool, datetime | None, str]:
    return (coupon.valid_until is None, coupon.valid_until, coupon.id)


def _coupon_reason(coupon: Coupon, as_of: datetime) -> Reason | None:
    if coupon.state != "unused":
        known = {"held": "coupon_held", "used": "coupon_used", "expired": "coupon_expired"}
        return known.get(coupon.state, "unknown_coupon"), NO_NUMBERS
    if coupon.valid_from is not None and as_of < coupon.valid_from:
        return "coupon_not_yet_valid", {"valid_from": coupon.valid_from}
    if coupon.valid_until is not None and as_of >= coupon.valid_until:
        return "coupon_expired", {"valid_until": coupon.valid_until}
    return None
