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
    return [
        _group(
            "",
            _item(_("Home"), "space_dashboard", "index", None, active=is_home),
            _item(
                _("Waiting for me"),
                "inbox",
                "approvals_approvalrequest_changelist",
                "approvals.view_approvalrequest",
                badge=_waiting(request),
            ),
            _item(_("Notices"), "notifications", "approvals_notice_changelist", None, badge=_unread(request)),
            _item(
                _("Delegates"), "swap_horiz", "approvals_delegation_changelist", "approvals.view_delegation"
            ),
        ),
        _group(
            _("Promotions"),
            _item(_("Activities"), "sell", "activities_activity_changelist", "activities.view_activity"),
            _item(_("Events"), "celebration", "activities_event_changelist", "activities.view_event"),
            _item(
                _("Patterns"), "bookmarks", "activities_pattern_changelist", "activities.view_pattern"
            ),
            _item(
                _("Placements"),
                "ad_units",
                "offers_placementrecord_changelist",
                "offers.view_placementrecord",
            ),
            _item(
                _("Coupon templates"),
                "confirmation_number",
                "coupons_coupontemplate_changelist",
                "coupons.view_coupontemplate",
            ),
            _item(
                _("Claim campaigns"),
                "redeem",
                "coupons_claimcampaign_changelist",
                "coupons.view_claimcampaign",
                active=is_list_of_campaigns,
            ),
            _item(
                _("Claim centre preview"),
                "storefront",
                "coupons_claimcampaign_centre",
                "coupons.view_claimcampaign",
            ),
            _item(_("Coupon codes"), "pin", "coupons_codebatch_changelist", "coupons.view_codebatch"),
            _item(_("Mass grants"), "campaign", "coupons_pushrun_changelist", "coupons.view_pushrun"),
            _item(_("Simulator"), "calculate", "simulator", "activities.view_activity"),
            _item(_("Orders"), "receipt_long", "orders_order_changelist", "orders.view_order"),
        ),
        _group(
            _("Goods and people"),
            _item("SKU", "inventory_2", "catalog_sku_changelist", "catalog.view_sku"),
            _item(_("Categories"), "account_tree", "catalog_category_changelist", "catalog.view_category"),
            _item(_("Brands"), "verified", "catalog_brand_changelist", "catalog.view_brand"),
            _item(_("Shops"), "storefront", "catalog_shop_changelist", "catalog.view_shop"),
            _item(_("Audiences"), "groups", "audiences_audience_changelist", "audiences.view_audience"),
            _item(_("Customers"), "person", "audiences_customer_changelist", "audiences.view_customer"),
            _item(_("Coupons of customers"), "loyalty", "coupons_coupon_changelist", "coupons.view_coupon"),
            _item(
                _("Compensation quotas"),
                "support_agent",
                "coupons_compensationquota_changelist",
                "coupons.view_compensationquota",
            ),
        ),
        _group(
            _("Risk"),
            _item(_("Risk reviews"), "policy", "risk_reviewcase_changelist", "risk.view_reviewcase"),
            _item(_("Risk rules"), "shield", "risk_rule_changelist", "risk.view_rule"),
            _item(_("Deny list"), "block", "risk_deniedmark_changelist", "risk.view_deniedmark"),
            _item(_("Risk decisions"), "fact_check", "risk_decision_changelist", "risk.view_decision"),
        ),
        _group(
            _("System"),
            _item(_("Accounts"), "manage_accounts", "accounts_user_changelist", "accounts.view_user"),
            _item(
                _("Role requests"), "how_to_reg", "accounts_rolegrant_changelist", "accounts.view_rolegrant"
            ),
            _item(_("API clients"), "api", "storefront_apiclient_changelist", "storefront.view_apiclient"),
            _item(_("API keys"), "key", "storefront_apikey_changelist", "storefront.view_apikey"),
            _item(_("Audit log"), "history", "core_auditentry_changelist", "core.view_auditentry"),
            _item(
                _("Scheduled tasks"),
                "timer",
                "django_celery_beat_periodictask_changelist",
                "django_celery_beat.view_periodictask",
            ),
            _item(_("Webhooks"), "webhook", "core_webhookendpoint_changelist", "core.view_webhookendpoint"),
            _item(
                _("Deliveries"),
                "outgoing_mail",
                "core_webhookdelivery_changelist",
                "core.view_webhookdelivery",
            ),
            _item(_("Settings"), "settings", "catalog_portal_changelist", "catalog.view_portal"),
        ),
    ]


def is_home(request: HttpRequest) -> bool:
    return request.path == str(reverse_lazy("admin:index"))


def is_list_of_campaigns(request: HttpRequest) -> bool:
    """Every page below the list but the preview, which has an entry of its own."""
    path = str(reverse_lazy("admin:coupons_claimcampaign_changelist"))
    return request.path.startswith(path) and not request.path.startswith(f"{path}centre/")


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(items)}


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
