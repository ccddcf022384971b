"""Role x page over every page of the admin that needs no object: who may open it. A page in no row is a failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from apps.catalog.models import Portal
from tests.activities.cast import person

pytestmark = pytest.mark.django_db
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
OPENED = (200, 302)
#: who gets a page, by its address; everybody else is refused, and so is everybody where only POST is understood
MAY_OPEN: dict[tuple[str, ...], str] = {
    ROLES: """
        approvals_notice_changelist catalog_brand_changelist catalog_category_changelist
        catalog_portal_changelist catalog_shop_changelist catalog_sku_changelist catalog_sku_files
        catalog_sku_open_files core_job_changelist coupons_codebatch_open_look_up
        coupons_compensationquota_changelist impact_patrol index jsi18n login password_change
        password_change_done search
    """,
    ("operator", "approver", "analyst", "auditor", "customer_service"): """
        activities_activity_changelist activities_event_changelist activities_pattern_changelist
        audiences_customer_changelist coupons_claimcampaign_centre
        coupons_claimcampaign_centre_cards coupons_claimcampaign_changelist
        coupons_codebatch_changelist coupons_codebatch_look_up coupons_coupon_changelist
        coupons_coupontemplate_changelist coupons_pushrun_changelist impact_starts
        orders_order_changelist orders_voiding_changelist risk_decision_changelist
        risk_reviewcase_changelist simulator watch_board
    """,
    ("operator", "approver", "analyst", "auditor", "administrator"): """
        approvals_approvalrequest_changelist approvals_approvalrequest_packet
        approvals_delegation_changelist impact_alert_changelist impact_alert_rows
        impact_impactlimits_changelist impact_pauserule_changelist
    """,
    ("operator", "approver", "analyst", "auditor"): """
        audiences_audience_changelist audiences_tag_changelist audiences_tagcategory_changelist
        offers_placementrecord_changelist report_compare reporting_reconciliation_changelist
        reporting_settlementmonth_changelist reports risk_deniedmark_changelist risk_rule_changelist
    """,
    ("auditor", "administrator"): """
        accounts_rolegrant_changelist accounts_user_changelist storefront_apiclient_changelist
        storefront_apikey_changelist
    """,
    ("operator", "customer_service"): """
        coupons_coupon_void
    """,
    ("operator", "approver"): """
        risk_deniedmark_add
    """,
    ("administrator",): """
        accounts_user_add catalog_shop_add core_outboxevent_changelist
        core_webhookdelivery_changelist core_webhookendpoint_add core_webhookendpoint_changelist
        coupons_compensationquota_ask django_celery_beat_periodictask_changelist
        impact_pauserule_add storefront_apiclient_add
    """,
    ("operator",): """
        activities_activity_add activities_activity_hand_over activities_event_add
        audiences_audience_add audiences_tag_add audiences_tagcategory_add catalog_brand_add
        catalog_category_add catalog_sku_add coupons_claimcampaign_add
        coupons_claimcampaign_hand_over coupons_codebatch_add coupons_coupontemplate_add
        coupons_coupontemplate_hand_over offers_placementrecord_add risk_rule_add
    """,
    ("approver",): """
        approvals_delegation_add
    """,
    ("auditor",): """
        core_auditentry_changelist
    """,
    ("customer_service",): """
        coupons_coupon_compensate
    """,
    (): """
        accounts_rolegrant_add activities_activity_preview activities_activity_swap
        activities_activity_worst activities_pattern_add approvals_approvalrequest_add
        approvals_approvalrequest_packet_decide approvals_notice_add approvals_notice_read_all
        audiences_audience_rule audiences_customer_add autocomplete catalog_portal_add
        core_auditentry_add core_job_add core_outboxevent_add core_webhookdelivery_add
        coupons_claimcampaign_centre_claim coupons_claimcampaign_preview coupons_claimcampaign_swap
        coupons_claimcampaign_worst coupons_compensationquota_add coupons_coupon_add
        coupons_coupontemplate_preview coupons_coupontemplate_swap coupons_coupontemplate_worst
        coupons_pushrun_add django_celery_beat_periodictask_add impact_alert_add
        impact_impactlimits_add list_save list_star logout orders_order_add orders_voiding_add
        reporting_reconciliation_add reporting_reconciliation_run reporting_settlementmonth_add
        risk_decision_add risk_reviewcase_add storefront_apikey_add
    """,
}


def addresses() -> set[str]:
    """The names of all addresses of the admin that take no argument."""

    def walk(resolver: URLResolver) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry)
            elif isinstance(entry, URLPattern) and entry.name:
                yield entry.name

    (admin,) = (one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "admin")
    found = set()
    for name in walk(admin):
        try:
            reverse(f"admin:{name}")
        except NoReverseMatch:
            continue
        found.add(name)
    return found


def test_every_page_is_in_one_row() -> None:
    named = [name for names in MAY_OPEN.values() for name in names.split()]
    assert sorted(named) == sorted(addresses())


@pytest.mark.parametrize("role", ROLES)
def test_who_opens_which_page(as_user: Any, role: str) -> None:
    Portal.objects.get_or_create(currency="CNY")
    client = as_user(person("somebody", role))
    wrong = {}
    for roles, names in MAY_OPEN.items():
        for name in names.split():
            status = client.get(reverse(f"admin:{name}")).status_code
            if (status in OPENED) is not (role in roles):
                wrong[name] = status
    assert wrong == {}
