"""The sidebar: what people work with, in the order they need it; each sees what they may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.selectors import unread_notices, waiting_for

MOST_COUNTED = 99


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar for unfold, badges counted for this person."""
    return [mine(request), promotions(), results(), goods_and_people(), risk(), system()]


def mine(request: HttpRequest) -> dict[str, Any]:
    """What waits for this person."""
    return _group(
        "",
        _item(_("Home"), "space_dashboard", "index", None, active=is_home),
        _list(_("Waiting for me"), "inbox", "approvals.approvalrequest", badge=_waiting(request)),
        _item(_("Notices"), "notifications", "approvals_notice_changelist", None, badge=_unread(request)),
        _list(_("Delegates"), "swap_horiz", "approvals.delegation"),
        _item(_("Background tasks"), "pending_actions", "core_job_changelist", None),
    )


def promotions() -> dict[str, Any]:
    centre = "coupons_claimcampaign_centre"
    return _group(
        _("Promotions"),
        _list(_("Activities"), "sell", "activities.activity"),
        _list(_("Events"), "celebration", "activities.event"),
        _list(_("Patterns"), "bookmarks", "activities.pattern"),
        _list(_("Placements"), "ad_units", "offers.placementrecord"),
        _list(_("Coupon templates"), "confirmation_number", "coupons.coupontemplate"),
        _list(_("Claim campaigns"), "redeem", "coupons.claimcampaign", active=is_list_of_campaigns),
        _item(_("Claim centre preview"), "storefront", centre, "coupons.view_claimcampaign"),
        _list(_("Coupon codes"), "pin", "coupons.codebatch"),
        _list(_("Mass grants"), "campaign", "coupons.pushrun"),
        _item(_("Simulator"), "calculate", "simulator", "activities.view_activity"),
        _list(_("Alerts"), "crisis_alert", "impact.alert", active=is_list_of_alerts),
        _item(_("Mass start"), "rocket_launch", "impact_starts", "activities.view_activity"),
        _list(_("Orders"), "receipt_long", "orders.order"),
        _list(_("Unpaid orders cancelled"), "money_off", "orders.voiding"),
    )


def results() -> dict[str, Any]:
    """What came of it, and who pays."""
    return _group(
        _("Results"),
        _item(_("Reports"), "monitoring", "reports", "reporting.view_review"),
        _list(_("Settlements"), "account_balance", "reporting.settlementmonth"),
        _list(_("Reconciliations"), "balance", "reporting.reconciliation"),
    )


def goods_and_people() -> dict[str, Any]:
    return _group(
        _("Goods and people"),
        _list("SKU", "inventory_2", "catalog.sku"),
        _list(_("Categories"), "account_tree", "catalog.category"),
        _list(_("Brands"), "verified", "catalog.brand"),
        _list(_("Shops"), "storefront", "catalog.shop"),
        _list(_("Audiences"), "groups", "audiences.audience"),
        _list(_("Customers"), "person", "audiences.customer"),
        _list(_("Tags"), "label", "audiences.tag"),
        _list(_("Categories of tags"), "category", "audiences.tagcategory"),
        _list(_("Coupons of customers"), "loyalty", "coupons.coupon"),
        _list(_("Compensation quotas"), "support_agent", "coupons.compensationquota"),
    )


def risk() -> dict[str, Any]:
    return _group(
        _("Risk"),
        _list(_("Risk reviews"), "policy", "risk.reviewcase"),
        _list(_("Risk rules"), "shield", "risk.rule"),
        _list(_("Deny list"), "block", "risk.deniedmark"),
        _list(_("Risk decisions"), "fact_check", "risk.decision"),
    )


def system() -> dict[str, Any]:
    return _group(
        _("System"),
        _list(_("Accounts"), "manage_accounts", "accounts.user"),
        _list(_("Role requests"), "how_to_reg", "accounts.rolegrant"),
        _list(_("API clients"), "api", "storefront.apiclient"),
        _list(_("API keys"), "key", "storefront.apikey"),
        _list(_("Audit log"), "history", "core.auditentry"),
        _list(_("Scheduled tasks"), "timer", "django_celery_beat.periodictask"),
        _list(_("Webhooks"), "webhook", "core.webhookendpoint"),
        _list(_("Deliveries"), "outgoing_mail", "core.webhookdelivery"),
        _list(_("Pause rules"), "pause_circle", "impact.pauserule"),
        _list(_("Limits of approval"), "production_quantity_limits", "impact.impactlimits"),
        _list(_("Settings"), "settings", "catalog.portal"),
    )


def is_home(request: HttpRequest) -> bool:
    return request.path == str(reverse_lazy("admin:index"))


def is_list_of_alerts(request: HttpRequest) -> bool:
    """Every page below the list but that of mass starts, which has an entry of its own."""
    path = str(reverse_lazy("admin:impact_alert_changelist"))
    return request.path.startswith(path) and not request.path.startswith(f"{path}starts/")


def is_list_of_campaigns(request: HttpRequest) -> bool:
    """Every page below the list but the preview, which has an entry of its own."""
    path = str(reverse_lazy("admin:coupons_claimcampaign_changelist"))
    return request.path.startswith(path) and not request.path.startswith(f"{path}centre/")


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(items)}


def _list(title: Any, icon: str, model: str, **more: Any) -> dict[str, Any]:
    """The list of a model, `app.name`, for those who may see its rows."""
    app, name = model.split(".")
    return _item(title, icon, f"{app}_{name}_changelist", f"{app}.view_{name}", **more)


def _item(
    title: Any,
    icon: str,
    name: str,
    permission: str | None,
    *,
    badge: str = "",
    active: Callable[[HttpRequest], bool] | None = None,
) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}
    if permission is not None:
        item["permission"] = lambda request: request.user.has_perm(permission)
    if badge:
        item["badge"] = badge
        item["badge_variant"] = "danger"
    if active is not None:
        item["active"] = active
    return item


def _waiting(request: HttpRequest) -> str:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("approvals.view_approvalrequest"):
        return ""
    return _count(waiting_for(user))


def _unread(request: HttpRequest) -> str:
    return _count(unread_notices(request.user)) if isinstance(request.user, User) else ""


def _count(rows: Any) -> str:
    """ "" for none; more than people care to know is 99+."""
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return "" if not number else str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"
