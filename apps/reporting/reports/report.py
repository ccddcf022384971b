"""One report: everything there is to say about one thing, gathered once for the page, the print and the exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.activities.events.members import CAMPAIGN, TEMPLATE
from apps.audiences.models import Snapshot
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.reporting.models import About, Review
from apps.reporting.reports import numbers as n
from apps.reporting.reports import people as p
from apps.reporting.reports.baseline import Baseline, baseline_of
from apps.reporting.reports.experiment import lift_of_subject, snapshot_of
from apps.reporting.reports.kept import Kept, kept_of
from apps.reporting.reports.once import Once, by_key, counted_once, orders_once
from apps.reporting.reports.subjects import SHOP, Subject, offers_of
from apps.reporting.statistics.lift import Lift


@dataclass(frozen=True, slots=True)
class Return:
    """ROI = (incremental margin - discount - placements) / (discount + placements), in basis points."""

    incremental: int
    cost: int

    @property
    def bps(self) -> int | None:
        return round(10_000 * (self.incremental - self.cost) / self.cost) if self.cost else None


class Report:
    """Parts are asked for once, and only those that a page shows."""

    def __init__(self, subject: Subject, period: n.Period = n.ALWAYS) -> None:
        self.subject = subject
        self.period = period
        self.currency = portal().currency
        self.now: datetime = database_now()

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()

    @property
    def about(self) -> tuple[About, tuple[str, ...]]:
        if self.subject.document == SHOP:
            return About.SHOP, (self.subject.code,)
        return About.OFFER, self.subject.offers

    @cached_property
    def numbers(self) -> n.Numbers:
        numbers = n.numbers_of(*self.about, self.period)
        return numbers if self.once is None else counted_once(numbers, self.once)

    @cached_property
    def once(self) -> list[Once] | None:
        return orders_once(self.subject.offers)

    @cached_property
    def days(self) -> list[tuple[date, n.Numbers]]:
        return by_key(n.days_of(*self.about, self.period), self.once, lambda one: one.day)

    @cached_property
    def channels(self) -> list[tuple[str, n.Numbers]]:
        return by_key(n.by_channel(*self.about, self.period), self.once, lambda one: one.channel)

    @cached_property
    def bearers(self) -> list[tuple[str, int, int]]:
        return n.by_bearer(self.subject.offers, self.period) if self.subject.offers else []

    @cached_property
    def offers(self) -> list[tuple[str, n.Numbers]]:
        """Of an event: each of its offers."""
        found = n.numbers_by_code(About.OFFER, self.subject.offers, self.period)
        return sorted(found.items(), key=lambda row: (-row[1].discount, row[0]))

    @cached_property
    def people(self) -> p.People:
        return p.people_of(self.subject.offers)

    @cached_property
    def placements(self) -> list[p.Placed]:
        return p.by_placement(self.subject.seen, offers_of(self.subject), self.period)

    @cached_property
    def reached(self) -> tuple[int, int]:
        return p.reached(self.subject.seen)

    @cached_property
    def coupons(self) -> p.Coupons:
        """Of a template its own, of a campaign those it gave, of an event those of its templates."""
        if self.subject.document == CAMPAIGN:
            return p.coupons_of(origins=[self.subject.code], period=self.period)
        return p.coupons_of(templates=self.subject.offers, period=self.period)

    @cached_property
    def margin(self) -> n.Margin:
        return n.margin_of(self.subject.offers)

    @cached_property
    def baseline(self) -> Baseline | None:
        return baseline_of(self.subject, self.today)

    @cached_property
    def lift(self) -> Lift | None:
        return lift_of_subject(self.subject, self.snapshot)

    @cached_property
    def snapshot(self) -> Snapshot | None:
        """Who was in the audiences at publication; None: not taken yet, or nothing is held out."""
        return snapshot_of(self.subject)

    @cached_property
    def kept(self) -> Kept:
        return kept_of(self.subject)

    @cached_property
    def review(self) -> Review | None:
        rows = Review.objects.select_related("author")
        return rows.filter(document=self.subject.document, code=self.subject.code).first()

    @property
    def placement_cost(self) -> int:
        """As people say in the review, else by the prices of the placements."""
        told = self.review.placement_cost_amount if self.review else None
        return self.listed_placement_cost if told is None else told

    @property
    def listed_placement_cost(self) -> int:
        return sum(one.cost or 0 for one in self.placements)

    @property
    def discount(self) -> int:
        return self.coupons.spent if self.subject.document == CAMPAIGN else self.numbers.discount

    @property
    def cost(self) -> int:
        return self.discount + self.placement_cost

    @property
    def cost_per_new(self) -> int | None:
        return round(self.cost / self.people.came_new) if self.people.came_new else None

    @cached_property
    def investment(self) -> Return | None:
        """None without a baseline: nobody knows what would have been sold anyway."""
        return Return(self.baseline.more_margin, self.cost) if self.baseline else None

    @cached_property
    def stock(self) -> int | None:
        """Units there were for it; None without a limit."""
        stock = self.subject.content.get("stock") or {}
        if stock.get("total") is not None:
            return int(stock["total"])
        return sum(stock["per_sku"].values()) if stock.get("per_sku") else None

    @property
    def sell_through_bps(self) -> int | None:
        return round(10_000 * self.numbers.kept_units / self.stock) if self.stock else None

    @property
    def redemption_bps(self) -> int | None:
        """Coupons used of those issued; of an activity, its customers of the people who were shown it."""
        if self.subject.document in (TEMPLATE, CAMPAIGN):
            return self.coupons.rate_bps
        shown = self.reached[0]
        return round(10_000 * self.people.customers / shown) if shown else None
