"""An activity of the demo that has ended, for a list of members of whom a share was held out; its orders come later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.activities.models import Activity
from apps.audiences.services import upsert_audiences, upsert_customers
from apps.core.clock import database_now, frozen
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval

CODE, AUDIENCE = "snack-members", "snack-fans"
GOODS = tuple(f"SNK-{number:02}" for number in range(1, 20))
PEOPLE, HOLDOUT_BPS = 260, 2_000
DAY = timedelta(days=1)


def members() -> list[str]:
    """The customers on the list of the audience."""
    return [f"m-{number:04}" for number in range(1, PEOPLE + 1)]


def publish_past() -> None:
    """Before anybody has approved anything: it ran from seven days ago to three days ago."""
    starts_at = (database_now() - 7 * DAY).replace(minute=0, second=0, microsecond=0)
    people = members()
    rows = [
        {"id": one, "member_level": 1 + number % 4, "orders": 0 if number % 4 == 0 else number % 23 + 1}
        for number, one in enumerate(people)
    ]
    upsert_customers(actor="demo", rows=rows)
    upsert_audiences(actor="demo", rows=[{"code": AUDIENCE, "name": "零食会员名单", "members": people}])
    with frozen(starts_at - 30 * DAY):
        draft = create_draft(model=Activity, content=_document(starts_at), actor=None)
        publish_without_approval(thing=draft)


def _document(starts_at: datetime) -> dict[str, Any]:
    return {
        "code": CODE,
        "name": "会员零食周 满99减20",
        "layer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 9_900, "benefit": {"amount_off": 2_000}}]},
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + 4 * DAY).isoformat(),
        "scope": {"mode": "include", "skus": list(GOODS)},
        "targeting": {"audiences": [AUDIENCE]},
        "holdout_bps": HOLDOUT_BPS,
        "stacks_with": ["item", "shop", "shipping"],
        "bearers": [{"party": "platform", "bps": 7_000}, {"party": "shop", "bps": 3_000}],
        "goals": [{"metric": "gmv", "target": 1_000_000}, {"metric": "new_customers", "target": 15}],
    }
