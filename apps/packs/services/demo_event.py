"""The demo's 大促: coupons and campaigns join its activities, and the last event's review says what to do better."""

from __future__ import annotations

from datetime import timedelta

from apps.accounts.models import User
from apps.activities.events.services import conclude, hand_over, join, save_event
from apps.activities.models import Event

FAIR, BEFORE = "d11-2026", "d618-2026"
TEMPLATES = ("plat-300-30", "vip-999-120", "jifeng-500-60", "jike-appliance-8", "ziying-99-12", "app-ship-5")
CAMPAIGNS = ("claim-plat-300-30", "shop-pack", "vip-push", "app-ship-claim")
HALF_A_YEAR = timedelta(days=146)
CONCLUSION = (
    "20点场秒杀30分钟售罄，库存至少加倍，10点场可以减半。\n"
    "低于底价的单都来自“秒杀+店铺券”叠加：秒杀一律不与券同享。\n"
    "满99包邮把客单价提高了6%，保留。"
)


def gather_fair(operator: User | None) -> None:
    """What of the fair belongs together; the members' own content stays."""
    fair = Event.objects.get(code=FAIR)
    join(event=fair, document="template", codes=TEMPLATES, actor=None)
    join(event=fair, document="campaign", codes=CAMPAIGNS, actor=None)
    before = _last_event(fair)
    Event.objects.filter(pk=fair.pk).update(copied_from=before)
    for event in (fair, before):
        if operator is not None:
            hand_over(event=event, owner=operator, actor=None)


def _last_event(fair: Event) -> Event:
    """Over for months: only its review is left."""
    assert fair.starts_at is not None
    assert fair.ends_at is not None
    content = {
        "code": BEFORE,
        "name": "618年中大促",
        "starts_at": (fair.starts_at - HALF_A_YEAR).isoformat(),
        "ends_at": (fair.ends_at - HALF_A_YEAR).isoformat(),
        "budget": {"amount": 300_000_000},
    }
    save_event(content=content, actor=None)
    return conclude(event=Event.objects.get(code=BEFORE), text=CONCLUSION, actor=None)
