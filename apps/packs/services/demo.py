"""The demo: its fair moved to today and published, and a little work left for those who sign in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.activities.patterns.services import keep_pattern
from apps.activities.services import copy, create_draft, revise, save_draft, submit
from apps.catalog.models import Portal
from apps.catalog.services.portal import set_goal_from
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.packs import demo
from apps.packs.demo.shift import shifted
from apps.packs.loading import load_file
from apps.packs.services.demo_audiences import gather_audiences
from apps.packs.services.demo_coupons import fill_wallets, let_people_work
from apps.packs.services.demo_event import gather_fair
from apps.packs.services.demo_past import publish_past
from apps.packs.services.demo_risk import put_rule_in_force
from apps.packs.services.importing import import_pack
from apps.packs.services.writing import ImportReport, PackRefused
from apps.pricing.faults import Findings

PACK = Path(demo.__file__).parent / "pack.yaml"
OPERATOR, ADMINISTRATOR = "operator", "admin"
#: ¥100,000: who may spend as much says first what for
GOAL_FROM = 10_000_000
#: what a new activity can begin with
PATTERNS = {"jike-every-300-25": "每满300减25", "flash-final": "晚八点秒杀", "drinks-3-pay-2": "买3付2"}
LONGER, AGAIN, ENCORE, TEA = "jike-every-300-25", "drinks-3-pay-2", "flash-final", "tea-45"


@transaction.atomic
def load_demo() -> ImportReport:
    """Fill an empty portal. Raises DomainError where it is not empty or may not publish."""
    if Portal.objects.exists():
        raise DomainError("not_empty", _("This portal is not empty: the demo is for a new one."))
    findings = Findings()
    raw = load_file(PACK, findings)
    if findings.faults:
        raise PackRefused(findings.faults)
    report = import_pack(raw=shifted(raw, database_now()), findings=findings, actor=None, publish=True)
    fill_wallets()
    publish_past()
    people = {user.username: user for user in User.objects.filter(is_active=True)}
    let_people_work(people)
    put_rule_in_force(people)
    gather_fair(people.get(OPERATOR))
    gather_audiences(people.get(OPERATOR))
    if ADMINISTRATOR in people:
        set_goal_from(amount=GOAL_FROM, actor=people[ADMINISTRATOR], reason="大额活动先定目标")
    if OPERATOR in people:
        _leave_work(people[OPERATOR])
    return report


def _leave_work(operator: User) -> None:
    """A revision and a new activity that wait for approval, and a draft, so that nobody's inbox is empty."""
    running = Activity.objects.get(code=LONGER)
    draft = revise(thing=running, actor=operator)
    later = datetime.fromisoformat(draft.content["ends_at"]) + timedelta(days=3)
    content = {**draft.content, "ends_at": later.isoformat()}
    save_draft(thing=running, content=content, actor=operator, seen_revision=draft.revision)
    submit(thing=running, actor=operator)
    week = timedelta(days=7)
    again = _copy(AGAIN, "饮料冲调买3付2 返场", operator, week)
    submit(thing=again, actor=operator)
    _copy(ENCORE, "巅峰之夜秒杀 返场", operator, week)
    submit(thing=_too_cheap(operator), actor=operator)
    for code, name in PATTERNS.items():
        keep_pattern(activity=Activity.objects.get(code=code), name=name, actor=operator)


def _too_cheap(operator: User) -> Activity:
    """Above its floor by itself, below its cost with two offers that run beside it: the impact report finds out."""
    starts = database_now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    content = {
        "code": TEA,
        "name": "乌龙茶 爆款一口价45元",
        "layer": "item",
        "kind": "fixed_price",
        "params": {"value": 4_500},
        "stacks_with": ["shop", "platform", "shipping"],
        "scope": {"mode": "include", "skus": ["DRK-09"]},
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(days=1)).isoformat(),
        "stock": {"total": 2_000},
    }
    return create_draft(model=Activity, content=content, actor=operator)


def _copy(code: str, name: str, operator: User, shift: timedelta) -> Activity:
    thing = Activity.objects.get(code=code)
    return copy(thing=thing, code=f"{code}-again", actor=operator, shift=shift, changes={"name": name})
