"""Rules that pause by themselves: proposed by one administrator, in force by another's word, each pause audited."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.core.audit import record
from apps.core.errors import DomainError, FourEyes
from apps.core.permissions import require_permission
from apps.impact.lifecycle import AlertKind, RuleState
from apps.impact.models.alerts import KIND_LABELS, Alert, PauseRule
from apps.offers.lifecycle import Action, State
from apps.offers.versions.steps import begin_locked, finish, lock

ADD = "impact.add_pauserule"
CONFIRM = "impact.confirm_pauserule"


@transaction.atomic
def propose(*, kind: str, at_least: int, reason: str, actor: User) -> PauseRule:
    """Errors: reason_required."""
    require_permission(actor, ADD)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    rule = PauseRule.objects.create(
        kind=AlertKind(kind), at_least=at_least, reason=reason.strip(), proposed_by=actor
    )
    _noted(rule, "propose", actor, "", reason)
    return rule


@transaction.atomic
def confirm(*, rule: PauseRule, actor: User) -> PauseRule:
    """Put it in force: another administrator than the one who proposed it. Errors: FourEyes, not_allowed_now."""
    require_permission(actor, CONFIRM)
    locked = PauseRule.objects.select_for_update().get(pk=rule.pk)
    if locked.state != RuleState.PROPOSED:
        raise DomainError("not_allowed_now", _("This cannot be done now."))
    if locked.proposed_by_id == actor.pk:
        raise FourEyes(_("You proposed it: another administrator must confirm it."))
    before, locked.state, locked.confirmed_by = locked.state, RuleState.ACTIVE.value, actor
    locked.save()
    _noted(locked, "confirm", actor, before)
    return locked


@transaction.atomic
def switch_off(*, rule: PauseRule, actor: User) -> PauseRule:
    """One person's word is enough to have people decide again. Errors: not_allowed_now."""
    require_permission(actor, CONFIRM)
    locked = PauseRule.objects.select_for_update().get(pk=rule.pk)
    if locked.state == RuleState.OFF:
        raise DomainError("not_allowed_now", _("This cannot be done now."))
    before, locked.state = locked.state, RuleState.OFF.value
    locked.save()
    _noted(locked, "switch_off", actor, before)
    return locked


def _noted(rule: PauseRule, action: str, actor: User, before: str, reason: str = "") -> None:
    facts = {"state": str(rule.state), "kind": str(rule.kind), "at_least": rule.at_least}
    record(
        action=f"pause_rule.{action}",
        subject=rule,
        actor=actor,
        before={"state": before} if before else None,
        after=facts,
        reason=reason.strip(),
    )


def pause_by_rule(*, alert: Alert) -> Activity | None:
    """Pause the live activity of the stack that takes most off, if a rule in force says so; inside a transaction."""
    goods = alert.goods.count()
    rule = (
        PauseRule.objects.filter(kind=alert.kind, state=RuleState.ACTIVE, at_least__lte=goods)
        .select_related("confirmed_by")
        .first()
    )
    if rule is None:
        return None
    activity = _heaviest(alert)
    if activity is None:
        return None
    locked = lock(activity)
    if locked.status != State.LIVE:
        return None
    with override("zh-hans"):
        reason = gettext("Alert %(alert)s (%(kind)s), pause rule %(rule)s.") % {
            "alert": alert.pk,
            "kind": KIND_LABELS[AlertKind(alert.kind)],
            "rule": rule.pk,
        }
    step = begin_locked(locked, Action.PAUSE, None, reason)
    before = step.before
    # A rule has no hands: it pauses in the name of who put it in force, who may not let it go on then.
    locked.status, locked.paused_by, locked.resumed_by = State.PAUSED, rule.confirmed_by, None
    finish(step, before, after={"pause_rule": rule.pk, "alert": alert.pk}, prices=True)
    alert.paused = locked.code
    alert.save(update_fields=["paused"])
    return locked


def _heaviest(alert: Alert) -> Activity | None:
    """By what its shares take off all goods of the alert."""
    taken: dict[str, int] = {}
    for stack in alert.goods.values_list("stack", flat=True):
        for offer, _name, amount, coupon in _shares(stack):
            if not coupon:
                taken[offer] = taken.get(offer, 0) + amount
    running = {a.code: a for a in Activity.objects.filter(code__in=taken, status=State.LIVE)}
    codes = sorted(running, key=lambda code: (-taken[code], code))
    return running[codes[0]] if codes else None


def _shares(stack: Iterable[list[object]]) -> Iterable[tuple[str, str, int, bool]]:
    return (tuple(share) for share in stack)  # type: ignore[misc]
