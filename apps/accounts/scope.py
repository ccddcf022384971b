"""Which shops a person works for: what they read of every table, what they may write, which rights that leaves them.

`REACH` is the only place that says how a table belongs to shops. What stands nowhere in it is closed to people of
single shops, so a new table is seen by them only once somebody has said how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError, Forbidden

Shops = frozenset[str]


@dataclass(frozen=True)
class OfShop:
    """`path` leads to the code of a shop; "" or NULL there is the platform's, which all may read and few write."""

    path: str
    platform: bool = True


@dataclass(frozen=True)
class Through:
    """`path` leads to the `key` of another table, which belongs to shops; its rows are seen and written alike."""

    path: str
    label: str
    key: str = "code"


@dataclass(frozen=True)
class Sold:
    """Orders: those of the shop's own servers to write; to read, also others that hold the shop's goods."""

    path: str


@dataclass(frozen=True)
class AboutGoods:
    """Rows of `label` lead to this table by `path` and name SKUs in `sku`: read by the shops of these goods; people of
    single shops write nothing, as the goods of others are in it as well."""

    label: str
    path: str
    sku: str = "sku"


@dataclass(frozen=True)
class Everybodys:
    """Belongs to no shop: all read it, people of single shops write nothing."""


@dataclass(frozen=True)
class Personal:
    """Each row is one person's, and its pages show it to nobody else."""


@dataclass(frozen=True)
class Closed:
    """Tells of all shops at once: for people of all shops only."""


Reach = OfShop | Through | Sold | AboutGoods | Everybodys | Personal | Closed

REACH: dict[str, Reach] = {
    "accounts.rolegrant": Closed(),
    "accounts.user": Closed(),
    "activities.activity": OfShop("shop_code"),
    "activities.event": Everybodys(),
    "activities.pattern": OfShop("shop_code"),
    "approvals.approvalrequest": OfShop("shop_code", platform=False),
    "approvals.attachment": Personal(),
    "approvals.comment": Personal(),
    "approvals.delegation": Personal(),
    "approvals.notice": Personal(),
    "audiences.audience": Everybodys(),
    "audiences.customer": Everybodys(),
    "audiences.snapshot": Everybodys(),
    "audiences.tag": Everybodys(),
    "audiences.tagcategory": Everybodys(),
    "catalog.brand": Everybodys(),
    "catalog.category": Everybodys(),
    "catalog.portal": Everybodys(),
    "catalog.shop": OfShop("code"),
    "catalog.sku": OfShop("shop_id"),
    "core.auditentry": Closed(),
    "core.job": Personal(),
    "core.outboxevent": Closed(),
    "core.webhookdelivery": Closed(),
    "core.webhookendpoint": Closed(),
    "coupons.claimcampaign": OfShop("shop_code"),
    "coupons.codebatch": Through("template", "coupons.coupontemplate"),
    "coupons.compensationquota": Closed(),
    "coupons.coupon": Through("template", "coupons.coupontemplate"),
    "coupons.coupontemplate": OfShop("shop_code"),
    "coupons.pushrun": Through("campaign_id", "coupons.claimcampaign", key="pk"),
    "django_celery_beat.periodictask": Closed(),
    "impact.alert": AboutGoods("impact.AlertGood", "alert"),
    "impact.alertgood": Through("sku", "catalog.sku", key="pk"),
    "impact.impactlimits": Everybodys(),
    "impact.pauserule": Closed(),
    "reporting.reconciliation": Closed(),
    "reporting.settlementmonth": Closed(),
    "offers.placementrecord": Everybodys(),
    "orders.order": Sold("shop_code"),
    "orders.voiding": Through("offer", "activities.activity"),
    "reporting.review": OfShop("shop_code"),
    "risk.decision": Closed(),
    "risk.deniedmark": Closed(),
    "risk.reviewcase": Closed(),
    "risk.rule": Everybodys(),
    "storefront.apiclient": Closed(),
    "storefront.apikey": Closed(),
}


def shops_of(user: Any) -> Shops | None:
    """The shops that a person is limited to; None: all, and the platform's own."""
    return frozenset(getattr(user, "shops", None) or ()) or None


def reach_of(model: type[Model]) -> Reach:
    return REACH.get(model._meta.label_lower, Closed())


def visible(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows that this person may read."""
    return _narrowed(user, rows, _reads)


def owned(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows that this person may write, as far as shops decide it."""
    return _narrowed(user, rows, _writes)


def may_read(user: Any, row: Model) -> bool:
    return _holds(user, row, visible)


def may_write(user: Any, row: Model) -> bool:
    """By the row as it stands in memory where it names its shop itself; a new row counts like a stored one."""
    shops = shops_of(user)
    if shops is None:
        return True
    reach = reach_of(type(row))
    if isinstance(reach, OfShop | Sold):
        return (getattr(row, reach.path) or "") in shops
    return _holds(user, row, owned)


def require_own(actor: Any, row: Model) -> None:
    """For services: raise Forbidden where the row is another shop's or the platform's; the portal itself passes."""
    if not may_write(actor, row):
        raise Forbidden("other_shop", _("This belongs to another shop or to the platform."))


def require_shop(actor: Any, shop: str, field: str = "shop") -> None:
    """For services: raise DomainError on `field` where something would come to belong to another shop."""
    shops = shops_of(actor)
    if shops is not None and shop not in shops:
        message = _("You work for single shops: choose one of %(shops)s.")
        raise DomainError("other_shop", message, field, shops=", ".join(sorted(shops)))


def for_shop(people: QuerySet[Any], shop: str) -> QuerySet[Any]:
    """Those of `people` who work for a shop; "" is the platform's."""
    return people.filter(Q(shops=[]) | Q(shops__contains=[shop]) if shop else Q(shops=[]))


def leaves(permission: str) -> bool:
    """Whether somebody of single shops can have this permission at all."""
    reach = _reach_of_permission().get(permission, Closed())
    if isinstance(reach, Closed):
        return False
    return not isinstance(reach, Everybodys | AboutGoods) or permission.partition(".")[2].startswith("view_")


@cache
def _reach_of_permission() -> dict[str, Reach]:
    found: dict[str, Reach] = {}
    for model in apps.get_models():
        reach, options = reach_of(model), model._meta
        verbs = [f"{verb}_{options.model_name}" for verb in options.default_permissions]
        for name in [*verbs, *(codename for codename, _label in options.permissions)]:
            found[f"{options.app_label}.{name}"] = reach
    return found


def _narrowed(user: Any, rows: QuerySet[Any], condition: Callable[[Reach, Shops], Q]) -> QuerySet[Any]:
    shops = shops_of(user)
    return rows if shops is None else rows.filter(condition(reach_of(rows.model), shops))


def _reads(reach: Reach, shops: Shops) -> Q:
    match reach:
        case OfShop(path, platform):
            own = Q(**{f"{path}__in": shops})
            return own | Q(**{path: ""}) | Q(**{f"{path}__isnull": True}) if platform else own
        case Through():
            return _linked(reach, shops, _reads)
        case Sold(path):
            return Q(**{f"{path}__in": shops}) | Q(**{path: ""}) & _holds_goods_of(shops)
        case AboutGoods():
            return _about_goods_of(reach, shops)
        case Everybodys() | Personal():
            return Q()
        case Closed():
            return Q(pk__in=[])


def _writes(reach: Reach, shops: Shops) -> Q:
    match reach:
        case OfShop(path) | Sold(path):
            return Q(**{f"{path}__in": shops})
        case Through():
            return _linked(reach, shops, _writes)
        case Personal():
            return Q()
        case AboutGoods() | Everybodys() | Closed():
            return Q(pk__in=[])


def _linked(reach: Through, shops: Shops, condition: Callable[[Reach, Shops], Q]) -> Q:
    model = apps.get_model(reach.label)
    named = model._default_manager.filter(condition(reach_of(model), shops)).values(reach.key)
    return Q(**{f"{reach.path}__in": named})


def _holds_goods_of(shops: Shops) -> Q:
    """One look-up per order by its lines, so that the newest page of a long list stays cheap."""
    lines = apps.get_model("orders.OrderSegment")._default_manager
    return Q(Exists(lines.filter(order=OuterRef("pk"), sku__in=_goods_of(shops))))


def _about_goods_of(reach: AboutGoods, shops: Shops) -> Q:
    named = apps.get_model(reach.label)._default_manager.filter(**{reach.path: OuterRef("pk")})
    return Q(Exists(named.filter(**{f"{reach.sku}__in": _goods_of(shops)})))


def _goods_of(shops: Shops) -> QuerySet[Any]:
    return apps.get_model("catalog.Sku")._default_manager.filter(shop__in=shops).values("pk")


def _holds(user: Any, row: Model, narrowed: Callable[[Any, QuerySet[Any]], QuerySet[Any]]) -> bool:
    if shops_of(user) is None:
        return True
    return narrowed(user, type(row)._default_manager.filter(pk=row.pk)).exists()
