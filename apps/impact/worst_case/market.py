"""What could apply to whom in a window: offers by bit, the SKUs they reach, and when each of them runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from apps.pricing.book import OfferBook
from apps.pricing.cart import CartLine, Coupon, Sku
from apps.pricing.offer import Offer, Owner

#: Longer than any two sessions of one offer are apart.
A_WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Validity:
    """When coupons of a template can be used; None is open. One that follows its issue is open on both sides."""

    starts: datetime | None = None
    until: datetime | None = None


class Market:
    """Offers that run, or may run, in `[starts, ends)`; activities by their window, templates by `validities`."""

    def __init__(
        self,
        offers: Iterable[Offer],
        *,
        starts: datetime,
        ends: datetime,
        validities: Mapping[str, Validity] | None = None,
        currency: str = "CNY",
    ) -> None:
        self.starts, self.ends, self.currency = starts.astimezone(UTC), ends.astimezone(UTC), currency
        self.validities = validities or {}
        # Nobody is held out in the worst case.
        overlapping = (offer for offer in offers if self._overlaps(offer))
        self.offers = [replace(o, holdout_bps=0) for o in sorted(overlapping, key=lambda o: o.order)]
        self.bits = {offer.code: 1 << i for i, offer in enumerate(self.offers)}
        self.book = OfferBook.build(self.offers)
        self._coupons = OfferBook.build(
            replace(offer, owner=Owner.ACTIVITY) for offer in self.offers if offer.is_coupon
        )
        self.moments = self._moments()

    def reach(self, sku: Sku) -> int:
        """The bits of the offers that cover a SKU."""
        lines = (CartLine("1", sku.sku, 1, sku.price, sku),)
        found = 0
        if "activities" not in sku.excluded_from:
            found = self._bits_of(self.book.reaching(lines))
        if "coupons" not in sku.excluded_from:
            found |= self._bits_of(self._coupons.reaching(lines))
        return found

    def of(self, bits: int) -> list[Offer]:
        """The offers of some bits, in the order of application."""
        found = []
        while bits:
            low = bits & -bits
            found.append(self.offers[low.bit_length() - 1])
            bits ^= low
        return found

    def wallet(self, bits: int) -> list[Coupon]:
        """One coupon of each template among the bits, valid when the template's are."""
        return [
            Coupon(offer.code, offer.code, valid_from=v.starts, valid_until=v.until)
            for offer in self.of(bits)
            if offer.is_coupon
            for v in (self.validities.get(offer.code, Validity()),)
        ]

    def instants(self, bits: int) -> list[tuple[datetime, int]]:
        """Each set of these offers that runs at some instant of the window, with the first such instant."""
        found: dict[int, datetime] = {}
        for moment, running in self.moments:
            if running & bits:
                found.setdefault(running & bits, moment)
        return [(moment, running) for running, moment in found.items()]

    def _bits_of(self, reached: Mapping[Offer, int]) -> int:
        return sum({self.bits[offer.code] for offer, lines in reached.items() if lines})

    def _window(self, offer: Offer) -> tuple[datetime, datetime]:
        validity = self.validities.get(offer.code, Validity())
        starts = validity.starts if offer.is_coupon else offer.starts_at
        ends = validity.until if offer.is_coupon else offer.ends_at
        return max(starts or self.starts, self.starts), min(ends or self.ends, self.ends)

    def _overlaps(self, offer: Offer) -> bool:
        starts, ends = self._window(offer)
        return starts < ends

    def _moments(self) -> list[tuple[datetime, int]]:
        """(instant, bits of the offers that run from then on) for every instant at which that changes."""
        changes: dict[datetime, int] = {self.starts: 0}  # bits that begin or end there
        for offer in self.offers:
            for starts, ends in self._runs(offer):
                for edge in (starts, ends):
                    changes[edge] = changes.get(edge, 0) ^ self.bits[offer.code]
        running, moments = 0, []
        for moment in sorted(changes):
            running ^= changes[moment]
            if moment < self.ends:
                moments.append((moment, running))
        return moments

    def _runs(self, offer: Offer) -> Iterable[tuple[datetime, datetime]]:
        """The stretches of the window in which the offer runs."""
        starts, ends = self._window(offer)
        if offer.schedule is None:
            yield starts, ends
            return
        moment = starts
        while moment < ends:
            session = offer.schedule.session_at(moment)
            if session is None:
                following = offer.schedule.next_start(moment)
                if following is None:
                    return
                moment = following.astimezone(UTC)
                continue
            until = min(session[1].astimezone(UTC), ends)
            yield moment, until
            moment = until
