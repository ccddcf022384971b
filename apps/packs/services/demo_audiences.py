"""Audiences of the demo: tags in categories, a rule with order history, a list of thousands that came as a file."""

from __future__ import annotations

import io
from datetime import timedelta

from apps.accounts.models import User
from apps.audiences.models import Audience, Customer, Tag, TagCategory
from apps.audiences.services import save_audience
from apps.audiences.services.counting import start_count
from apps.audiences.services.customers import note_last_orders
from apps.audiences.services.tags import collect_tags, save_tag
from apps.audiences.services.uploads import start_upload
from apps.core import jobs
from apps.core.clock import database_now

CATEGORIES = {
    "价值": {"vip": "高价值"},
    "兴趣": {"sporty": "运动", "runner": "跑步", "digital": "数码", "beauty": "美妆", "snacks": "零食"},
    "内部": {"staff": "员工"},
}
QUIET = ("quiet-90-days", "90天未下单的老客")
RULE = {
    "all": [
        {"field": "orders", "op": "gte", "value": 1},
        {"not": {"field": "days_since_order", "op": "lt", "value": 90}},
    ]
}
LISTED = ("crm-members", "CRM会员名单")
MEMBERS = 5_000
WRONG_ROWS = ("张三", "m 00077", "会员/1")
# Between two days and half a year ago, so that the rule divides the customers.
STEP_DAYS = 11


def gather_audiences(operator: User | None) -> None:
    """Inside the transaction that loads the demo."""
    now = database_now()
    regulars = Customer.objects.filter(orders__gt=0).order_by("code").values_list("code", flat=True)
    note_last_orders(
        rows=[(code, now - timedelta(days=2 + STEP_DAYS * n % 180)) for n, code in enumerate(regulars)]
    )
    collect_tags()
    if operator is None:
        return
    _describe_tags(operator)
    save_audience(entry=Audience(code=QUIET[0], name=QUIET[1], rule=RULE), actor=operator)
    listed = Audience(code=LISTED[0], name=LISTED[1])
    save_audience(entry=listed, actor=operator)
    file = io.BytesIO("\n".join(["customer", *_lines()]).encode())
    upload = start_upload(
        audience=listed, stream=file, actor=operator, replace=True, skip_bad=True, reason="CRM月度名单"
    )
    jobs.run(upload)
    for code in (QUIET[0], "vip"):
        jobs.run(start_count(audience=Audience.objects.get(code=code), actor=operator))


def _lines() -> list[str]:
    """Members, a few of them twice, and three rows that are no customer ids."""
    members = [f"m-{number:05}" for number in range(1, MEMBERS + 1)]
    return [*members, *members[:20], *WRONG_ROWS]


def _describe_tags(operator: User) -> None:
    for position, (name, tags) in enumerate(CATEGORIES.items()):
        category = TagCategory(name=name, position=position)
        save_tag(entry=category, actor=operator)
        for text, said in tags.items():
            tag = Tag.objects.filter(text=text).first() or Tag(text=text)
            tag.name, tag.category = said, category
            save_tag(entry=tag, actor=operator)
