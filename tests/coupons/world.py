"""Templates and claim campaigns as they stand after approval, for tests of what comes then."""

from datetime import datetime, timedelta
from typing import Any

from apps.core.clock import database_now
from apps.coupons import services
from apps.coupons.models import ClaimCampaign, CouponTemplate

Json = dict[str, Any]


def template_document(code: str = "ten-off", **changes: Any) -> Json:
    """满100减10, valid for a week, as many as one likes."""
    return {
        "code": code,
        "name": "满100减10券",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
        "validity": {"mode": "relative", "days": 7},
        **changes,
    }


def campaign_document(code: str = "claim-1", **changes: Any) -> Json:
    """A hundred coupons of `ten-off`, open since an hour, for two days."""
    now = database_now()
    if "items" not in changes:
        changes = {"template": "ten-off", **changes}
    return {
        "code": code,
        "name": "双11领券",
        "quantity": 100,
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=2)).isoformat(),
        **changes,
    }


def published(model: Any, content: Json) -> Any:
    """Needs `settings.ALLOW_PUBLISH`. A known code gets a revision."""
    services.save_document(model=model, content=content, actor=None)
    thing = model.objects.get(code=content["code"])
    services.publish_without_approval(thing=thing)
    return model.objects.get(code=content["code"])


def a_template(code: str = "ten-off", **changes: Any) -> CouponTemplate:
    return published(CouponTemplate, template_document(code, **changes))


def a_campaign(code: str = "claim-1", **changes: Any) -> ClaimCampaign:
    return published(ClaimCampaign, campaign_document(code, **changes))


def in_hours(hours: float) -> str:
    moment: datetime = database_now() + timedelta(hours=hours)
    return moment.isoformat()
