"""Who may do what: each role is a Django group, and this table is the only place that gives it permissions.

An entry is `app.codename` or `app.view_*` (the view permission of every model of that app). The apps declare their own
verbs in `Meta.permissions`; whatever is not named here nobody has.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    OPERATOR = "operator"
    APPROVER = "approver"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    CUSTOMER_SERVICE = "customer_service"


LABELS: dict[Role, Promise] = {
    Role.OPERATOR: _("Operator"),
    Role.APPROVER: _("Approver"),
    Role.ANALYST: _("Analyst"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.CUSTOMER_SERVICE: _("Customer service"),
}

# Nobody gets these without a second administrator.
GUARDED = frozenset({Role.APPROVER, Role.ADMINISTRATOR})

READ_BUSINESS = frozenset(
    f"{app}.view_*"
    for app in (
        "activities",
        "approvals",
        "audiences",
        "catalog",
        "coupons",
        "impact",
        "offers",
        "orders",
        "packs",
        "reporting",
        "risk",
    )
)
EMERGENCY = frozenset(
    {
        "activities.pause_activity",
        "activities.stop_activity",
        "coupons.pause_claimcampaign",
        "coupons.stop_coupontemplate",
        "coupons.revoke_codebatch",
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OPERATOR: READ_BUSINESS
    | EMERGENCY
    | {
        "activities.add_event",
        "activities.change_event",
        "activities.add_pattern",
        "activities.change_pattern",
        "activities.delete_pattern",
        "activities.add_activity",
        "activities.change_activity",
        "activities.submit_activity",
        "activities.withdraw_activity",
        "activities.revise_activity",
        "activities.request_revocation",
        "offers.add_placementrecord",
        "offers.change_placementrecord",
        "orders.export_hit_orders",
        "impact.close_alert",
        "impact.run_patrol",
        "impact.compute_impactreport",
        "audiences.add_audience",
        "audiences.change_audience",
        "audiences.add_tag",
        "audiences.change_tag",
        "audiences.add_tagcategory",
        "audiences.change_tagcategory",
        "catalog.change_min_price",
        "catalog.add_brand",
        "catalog.change_brand",
        "catalog.add_category",
        "catalog.change_category",
        "catalog.add_sku",
        "catalog.change_sku",
        "coupons.add_coupontemplate",
        "coupons.change_coupontemplate",
        "coupons.submit_coupontemplate",
        "coupons.add_claimcampaign",
        "coupons.change_claimcampaign",
        "coupons.submit_claimcampaign",
        "coupons.add_codebatch",
        "coupons.change_codebatch",
        "coupons.submit_codebatch",
        "coupons.export_codebatch",
        "coupons.start_pushrun",
        "coupons.void_coupon",
        "reporting.conclude_review",
        "reporting.export_report",
        "risk.add_rule",
        "risk.change_rule",
        "risk.submit_rule",
        "risk.add_deniedmark",
        "risk.remove_deniedmark",
        "risk.review_reviewcase",
    },
    Role.APPROVER: READ_BUSINESS
    | EMERGENCY
    | {
        "activities.approve_activity",
        "activities.resume_activity",
        "approvals.decide_approvalrequest",
        "approvals.name_delegate",
        "coupons.approve_claimcampaign",
        "coupons.approve_codebatch",
        "coupons.approve_coupontemplate",
        "coupons.approve_compensationquota",
        "catalog.approve_protection",
        "audiences.approve_audience",
        "orders.export_hit_orders",
        "impact.close_alert",
        "impact.run_patrol",
        "impact.compute_impactreport",
        "reporting.close_settlement",
        "reporting.export_report",
        "reporting.export_settlement",
        "reporting.run_reconciliation",
        "risk.approve_rule",
        "risk.add_deniedmark",
        "risk.release_reviewcase",
    },
    Role.ANALYST: READ_BUSINESS
    | {
        "orders.export_hit_orders",
        "reporting.export_report",
        "reporting.export_settlement",
        "reporting.run_reconciliation",
    },
    Role.AUDITOR: READ_BUSINESS | {"accounts.view_*", "core.view_auditentry", "storefront.view_*"},
    Role.ADMINISTRATOR: frozenset(
        {
            "accounts.view_*",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.assign_role",
            "accounts.confirm_role",
            "approvals.view_*",
            "django_celery_beat.view_periodictask",
            "catalog.view_*",
            "catalog.change_portal",
            "catalog.add_shop",
            "catalog.change_shop",
            "coupons.view_compensationquota",
            "coupons.ask_compensationquota",
            "impact.view_alert",
            "impact.view_pauserule",
            "impact.add_pauserule",
            "impact.confirm_pauserule",
            "impact.view_impactlimits",
            "impact.change_impactlimits",
            "storefront.view_*",
            "storefront.add_apiclient",
            "storefront.change_apiclient",
            "storefront.issue_apikey",
            "storefront.revoke_apikey",
            "core.view_job",
            "core.view_outboxevent",
            "core.view_webhookendpoint",
            "core.add_webhookendpoint",
            "core.change_webhookendpoint",
            "core.view_webhookdelivery",
            "core.resend_webhookdelivery",
        }
    ),
    Role.CUSTOMER_SERVICE: frozenset(
        {
            "activities.view_*",
            "audiences.view_customer",
            "catalog.view_*",
            "coupons.view_*",
            "coupons.grant_coupon",
            "coupons.void_coupon",
            "orders.view_*",
            "orders.cancel_order",
            "orders.refund_order",
            "risk.view_decision",
            "risk.view_reviewcase",
            "risk.review_reviewcase",
        }
    ),
}


def permissions_in_app(role: Role, app_label: str) -> frozenset[str]:
    """The codenames and patterns that `role` has in one app, without the app's name."""
    prefix = f"{app_label}."
    return frozenset(name.removeprefix(prefix) for name in ROLE_PERMISSIONS[role] if name.startswith(prefix))
