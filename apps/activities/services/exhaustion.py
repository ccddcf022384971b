"""The end of an activity that has nothing left: by the payment that took the last, or by the sweep."""

from django.db import transaction

from apps.activities.lifecycle import Action, EndReason, State
from apps.activities.models import Activity
from apps.approvals.notices import notify
from apps.core.clock import database_now
from apps.offers.versions.ending import end
from apps.offers.versions.events import tell
from apps.offers.versions.steps import Step

ACTIONS = {EndReason.SOLD_OUT: Action.SELL_OUT, EndReason.BUDGET_EXHAUSTED: Action.EXHAUST_BUDGET}
#: the event of a notice, by what was measured
LEVELS = {"units": "stock_level", "budget": "budget_level"}


@transaction.atomic
def use_up(*, code: str, reason: EndReason) -> bool:
    """End a live activity because stock or budget are gone; False when it is not live.

    Never waits: where somebody else works on the activity, the sweep comes back to it.
    """
    rows = Activity.objects.select_for_update(of=("self",), skip_locked=True)
    activity = rows.filter(code=code, status=State.LIVE).first()
    if activity is None:
        return False
    end(Step(activity, ACTIONS[reason], database_now(), None), reason)
    return True


@transaction.atomic
def tell_level(*, code: str, measure: str, level: int) -> bool:
    """So much of stock (`units`) or budget is gone: an event, and a line in the owner's inbox.

    False when somebody else works on the activity: never waits, the sweep comes back to it.
    """
    rows = Activity.objects.select_for_update(of=("self",), skip_locked=True)
    activity = rows.filter(code=code).first()
    if activity is None:
        return False
    tell(activity, LEVELS[measure], database_now(), {"level": level})
    if activity.owner_id is not None:
        notify(
            users=[activity.owner_id],
            code=f"activity.{measure}_gone",
            params={"title": activity.title, "level": level},
            subject_type=Activity.kind_of_thing(),
            subject_code=code,
        )
    return True
