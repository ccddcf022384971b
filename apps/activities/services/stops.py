"""The emergency brakes on a part of an activity: at once by one person, undone only by another's approval."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.lifecycle import Action, Right, allowed
from apps.activities.models import Activity, ActivityStop
from apps.activities.stops import StopKind, Stops, in_force
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.offers.versions.errors import DocumentFaults, NotAllowedNow
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.references import unknown_codes
from apps.offers.versions.running import tell_owner
from apps.offers.versions.steps import Step, begin, check_not_over, finish, lock, permit
from apps.pricing.faults import Reference

LIFT_STOP = "activity.lift_stop"


@transaction.atomic
def stop_skus(*, activity: Activity, skus: Iterable[str], actor: User, reason: str) -> list[ActivityStop]:
    """Take SKUs out of it from the next request on; those that are out already stay so."""
    step = begin(activity, Action.STOP_SKUS, actor, reason)
    wanted = sorted(set(skus))
    _check_known(wanted)
    out = _stops_of(step.thing).skus
    return _place(step, [(StopKind.SKU, sku, None) for sku in wanted if sku not in out])


@transaction.atomic
def lower_stock(
    *, activity: Activity, value: int, actor: User, reason: str, sku: str = ""
) -> list[ActivityStop]:
    """Lower the stock in all, or of one SKU, to `value` units."""
    step = begin(activity, Action.LOWER_STOCK, actor, reason)
    stock = _stops_of(step.thing).capped(step.thing.current.content)["stock"]
    _check_lower(value, stock["per_sku"].get(sku) if sku else stock["total"])
    _check_known([sku] if sku else [])
    return _place(step, [(StopKind.STOCK, sku, value)])


@transaction.atomic
def lower_budget(*, activity: Activity, value: int, actor: User, reason: str) -> list[ActivityStop]:
    """Lower the budget to `value` minor units."""
    step = begin(activity, Action.LOWER_BUDGET, actor, reason)
    _check_lower(value, _stops_of(step.thing).capped(step.thing.current.content)["budget"]["amount"])
    return _place(step, [(StopKind.BUDGET, "", value)])


@transaction.atomic
def request_lift(
    *, activity: Activity, stops: Sequence[ActivityStop], actor: User, reason: str
) -> ApprovalRequest:
    """Ask to undo some stops; neither who asks nor who placed them decides."""
    permit(actor, activity, Right.SUBMIT)
    step = _begin_lift(lock(activity), actor, reason)
    chosen = list(step.thing.stops.filter(pk__in=[stop.pk for stop in stops], lifted_at=None))
    if not chosen:
        raise DomainError("not_stopped", _("None of these stops is in force."))
    said = {"stops": [describe(stop) for stop in chosen]}
    finish(step, step.before, action="request_lift_stop", after=said)
    return approvals.open_request(
        action=LIFT_STOP,
        subject=step.thing,
        title=step.thing.title,
        content_hash=step.thing.current.content_hash,
        submitter=actor,
        version=step.thing.current.number,
        barred=[stop.placed_by_id for stop in chosen],
        reason=step.reason,
        shop_code=step.thing.shop_code,
        payload={"ids": [stop.pk for stop in chosen], **said},
    )


def describe(stop: ActivityStop) -> dict[str, object]:
    """A stop as the audit log and a request's details say it."""
    said: dict[str, object] = {"kind": stop.kind}
    if stop.sku:
        said["sku"] = stop.sku
    if stop.value is not None:
        said["value"] = stop.value
    return said


def _stops_of(activity: Activity) -> Stops:
    return in_force(activity.stops.filter(lifted_at=None))


def _place(step: Step, wanted: list[tuple[StopKind, str, int | None]]) -> list[ActivityStop]:
    if not wanted or step.actor is None:
        return []
    placed = ActivityStop.objects.bulk_create(
        ActivityStop(
            activity=step.thing,
            kind=kind,
            sku=sku,
            value=value,
            reason=step.reason,
            placed_by=step.actor,
            placed_at=step.now,
        )
        for kind, sku, value in wanted
    )
    tell_owner(step, "activity.stopped")
    finish(step, step.before, after={"stops": [describe(stop) for stop in placed]}, prices=True)
    return placed


def _check_known(skus: list[str]) -> None:
    faults = unknown_codes(Reference("sku", sku, f"skus[{i}]") for i, sku in enumerate(skus))
    if faults:
        raise DocumentFaults(faults)


def _check_lower(value: int, now: int | None) -> None:
    if value < 0:
        raise DomainError("minimum", _("Must be at least 0."), "value")
    if now is not None and value >= now:
        raise DomainError(
            "not_lower", _("It is %(now)s now: more than that needs an approved revision."), "value", now=now
        )


def _begin_lift(activity: Activity, actor: User, reason: str) -> Step:
    """Undoing is allowed wherever stopping is."""
    now = database_now()
    if allowed(activity.status, activity.pending, Action.STOP_SKUS) is None:
        raise NotAllowedNow("lift_stop", activity.status, activity.pending)
    check_not_over(activity, now)
    return Step(activity, "lift_stop", now, actor, reason.strip())


class LiftHandler(SubjectHandler):
    """Approval of undoing stops."""

    right = Right.APPROVE
    label = _("Undo a stop")

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=request.payload)

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = _begin_lift(self.lock(request), actor, request.reason)
        lifted = step.thing.stops.filter(pk__in=request.payload["ids"], lifted_at=None)
        lifted.update(lifted_by=actor, lifted_at=step.now)
        finish(step, step.before, after={"stops": request.payload["stops"]}, prices=True)
