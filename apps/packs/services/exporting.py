"""Writes the portal's configuration, or some activities with all that they name, as a pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.activities.events.members import codes_joined
from apps.activities.events.services.saving import document_of
from apps.activities.models import Activity, Event
from apps.audiences.models import Audience, AudienceMember, Customer
from apps.catalog.models import Brand, Category, Portal, Shop, Sku
from apps.core.errors import DomainError
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.documents import read_activity, read_campaign, read_template
from apps.offers.versions.models import OPEN, Versioned
from apps.packs.brevity import brief
from apps.packs.yaml_writer import blocks, rows, scalar
from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]
CHUNK = 5_000


@dataclass
class Selected:
    """The codes to export by type; None is all there are."""

    activities: Sequence[str] | None = None
    codes: dict[str, set[str]] = field(default_factory=dict)

    def narrow(self, type_: str, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.activities is None else queryset.filter(code__in=self.codes.get(type_, ()))

    @property
    def everything(self) -> bool:
        return self.activities is None


def export_pack(*, activities: Sequence[str] | None = None, catalog: bool = True) -> Iterator[str]:
    """The lines of a pack that imports to the same configuration: the newest version of everything.

    With codes of activities: these with what they name, directly or not. Raises DomainError for an unknown one.
    """
    selected = _select(activities)
    return _lines(selected, catalog)


def export_event(*, event: Event) -> Iterator[str]:
    """The lines of a pack with an event, all its members and what they name; membership of coupons stays here."""
    codes = list(event.activities.order_by("code").values_list("code", flat=True))
    selected = _select(codes)
    joined = codes_joined(event)
    campaigns = ClaimCampaign.objects.filter(code__in=joined.get("campaign", ())).select_related("current")
    _add_names((newest_content(one) for one in campaigns), read_campaign, selected.codes)
    selected.codes.setdefault("template", set()).update(joined.get("template", ()))
    selected.codes["campaign"] = set(joined.get("campaign", ()))
    selected.codes.setdefault("event", set()).add(event.code)
    _add_templates(selected.codes)
    _add_goods(selected.codes)
    return _lines(selected, True)


def _lines(selected: Selected, catalog: bool) -> Iterator[str]:
    portal = Portal.objects.first()
    yield "pack: 1\n"
    if portal is not None:
        yield f"currency: {scalar(portal.currency)}\n"
        if selected.everything:
            yield f"selection: {scalar(portal.selection)}\n"
    if catalog:
        yield from _titled("catalog", _catalog(selected))
    yield from _titled("audiences", rows(_audiences(selected)))
    if selected.everything:
        yield from _titled("customers", rows(_customers()))
    events = selected.narrow("event", Event.objects.order_by("code"))
    yield from _titled("events", blocks(brief("events", document_of(event)) for event in events))
    for title, type_, model in (
        ("activities", "activity", Activity),
        ("coupon_templates", "template", CouponTemplate),
        ("claim_campaigns", "campaign", ClaimCampaign),
    ):
        things = selected.narrow(type_, model._default_manager.order_by("code"))
        yield from _titled(title, blocks(brief(title, content) for content in _contents(things)))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A section with its title, nothing where it is empty."""
    for number, line in enumerate(lines):
        if not number:
            yield f"{title}:\n"
        yield line


def _catalog(selected: Selected) -> Iterator[str]:
    for title, entries in (
        ("shops", _named(selected.narrow("shop", Shop.objects.order_by("code")))),
        ("categories", _categories(selected.narrow("category", Category.objects.order_by("path")))),
        ("brands", _named(selected.narrow("brand", Brand.objects.order_by("code")))),
        ("skus", _skus(selected.narrow("sku", Sku.objects.order_by("code")))),
    ):
        yield from ("  " + line for line in _titled(title, rows(entries)))


def _named(things: QuerySet[Any]) -> Iterator[Json]:
    for code, name in things.values_list("code", "name").iterator(CHUNK):
        yield _said(code=code, name=name)


def _categories(categories: QuerySet[Any]) -> Iterator[Json]:
    for one in categories.iterator(CHUNK):
        yield _said(code=one.code, name=one.name, parent=one.parent_id, excluded_from=one.excluded_from)


def _skus(skus: QuerySet[Any]) -> Iterator[Json]:
    for one in skus.iterator(CHUNK):
        yield _said(
            sku=one.code,
            name=one.name,
            shop=one.shop_id,
            category=one.category_id,
            brand=one.brand_id,
            tags=one.tags,
            price=one.price_amount,
            cost=one.cost_amount,
            floor_price=one.floor_price_amount,
            min_price=one.min_price_amount,
            excluded_from=one.excluded_from,
        )


def _audiences(selected: Selected) -> Iterator[Json]:
    for one in selected.narrow("audience", Audience.objects.order_by("code")):
        members = AudienceMember.objects.filter(audience=one).order_by("customer_code")
        listed = list(members.values_list("customer_code", flat=True)) if one.has_list else []
        yield _said(code=one.code, name=one.name, rule=one.rule, members=listed)


def _customers() -> Iterator[Json]:
    """Those of whom more is known than the id that some write once named."""
    nothing = Q(orders=None, member_level=None, registered_at=None, region=None, tags=[], attributes={})
    for one in Customer.objects.exclude(nothing).order_by("code").iterator(CHUNK):
        registered = one.registered_at.isoformat() if one.registered_at else None
        yield _said(
            id=one.code,
            member_level=one.member_level,
            tags=one.tags,
            registered_at=registered,
            region=one.region,
            attributes=one.attributes,
            orders=one.orders,
        )


def _contents(things: QuerySet[Any]) -> Iterator[Json]:
    """The newest content of each: the draft that is open, else what runs."""
    opened = Prefetch("versions", things.model.VERSION.objects.filter(state__in=OPEN), "opened")
    for thing in things.select_related("current").prefetch_related(opened).iterator(CHUNK):
        yield (thing.opened[0] if thing.opened else thing.current).content


def newest_content(thing: Versioned) -> Json:
    return (thing.open_version() or thing.current).content


def _said(**entry: Any) -> Json:
    return {key: value for key, value in entry.items() if value not in (None, "", [], {})}


def _select(activities: Sequence[str] | None) -> Selected:
    """The activities and, until nothing new turns up, what they name."""
    selected = Selected(activities)
    if activities is None:
        return selected
    codes = selected.codes
    found = {one.code: newest_content(one) for one in Activity.objects.filter(code__in=activities)}
    unknown = [code for code in activities if code not in found]
    if unknown:
        raise DomainError("unknown_activity", _("There is no activity %(named)s."), named=unknown[0])
    codes["activity"] = set(found)
    _add_names(found.values(), read_activity, codes)
    _add_templates(codes)
    _add_goods(codes)
    return selected


def _add_names(contents: Iterable[Mapping[str, Any]], read: Any, codes: dict[str, set[str]]) -> None:
    findings = Findings()
    for content in contents:
        read(Reader(content, "", findings))
    for reference in findings.references:
        codes.setdefault(reference.type, set()).add(reference.code)


def _add_templates(codes: dict[str, set[str]]) -> None:
    """Templates that rewards name, and those that their rewards name in turn."""
    seen: set[str] = set()
    while waiting := codes.get("template", set()) - seen:
        seen |= waiting
        templates = CouponTemplate.objects.filter(code__in=waiting)
        _add_names((newest_content(one) for one in templates), read_template, codes)


def _add_goods(codes: dict[str, set[str]]) -> None:
    """SKUs bring their shop, category and brand, categories all that is above them."""
    for sku in Sku.objects.filter(code__in=codes.get("sku", ())):
        for type_, code in (("shop", sku.shop_id), ("category", sku.category_id), ("brand", sku.brand_id)):
            if code is not None:
                codes.setdefault(type_, set()).add(code)
    for path in Category.objects.filter(code__in=codes.get("category", ())).values_list("path", flat=True):
        codes["category"] |= set(path)
