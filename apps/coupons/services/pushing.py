"""Mass grants: an approved push campaign goes to a test list first, then, started by a person, to everybody it means.

A run walks over the customers in the order of their ids. One chunk is one transaction: the coupons and how far it came
commit together, so a worker killed anywhere has done nothing twice and the next one goes on from there. `ClaimUse`
keeps a customer from getting a second one whatever runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.coupons.lifecycle import PushState, Source
from apps.coupons.meant import Meant
from apps.coupons.models import ClaimCampaign, PushRun
from apps.coupons.outstanding import reach_of
from apps.coupons.services.giving import give
from apps.coupons.services.issue import How
from apps.offers.documents import CampaignMode
from apps.offers.lifecycle import State
from apps.pricing.faults import CODE

START = "coupons.start_pushrun"
CHUNK = 5_000
MOST_TESTERS = 200
OPEN = (PushState.WAITING, PushState.RUNNING, PushState.STOPPED)
ONCE = {"": 1}


@transaction.atomic
def start_test(*, campaign: ClaimCampaign, customers: Sequence[str], actor: User) -> PushRun:
    """Give to a few first, whether or not the campaign means them; they count as their share."""
    testers = sorted(set(customers))
    bad = [code for code in testers if not CODE.match(code)]
    if bad:
        raise DomainError("not_a_customer", _("No customer ids: %(ids)s."), "customers", ids=", ".join(bad))
    if not 1 <= len(testers) <= MOST_TESTERS:
        raise DomainError("testers", _("Name 1 to %(most)s customers."), "customers", most=MOST_TESTERS)
    return _open_run(campaign, actor, testers)


@transaction.atomic
def start(*, campaign: ClaimCampaign, actor: User) -> PushRun:
    """Give to everybody it means; only after a test list had theirs."""
    if not tested(campaign):
        raise DomainError("not_tested", _("Send it to a test list first."))
    return _open_run(campaign, actor, [])


def tested(campaign: ClaimCampaign) -> bool:
    """Whether a test list had theirs."""
    return campaign.pushes.filter(state=PushState.DONE, granted__gt=0).exclude(test_customers=[]).exists()


def _open_run(campaign: ClaimCampaign, actor: User, testers: list[str]) -> PushRun:
    require_permission(actor, START)
    locked = (
        ClaimCampaign.objects.select_for_update(of=("self",)).select_related("current").get(pk=campaign.pk)
    )
    require_own(actor, locked)
    now = database_now()
    if locked.mode != CampaignMode.PUSH or locked.current is None or _over(locked, now):
        raise DomainError("not_pushable", _("Only an approved mass grant can be started, within its time."))
    people = len(testers) or reach_of(locked.current.content).people
    try:
        with transaction.atomic():
            run = PushRun.objects.create(
                campaign=locked, test_customers=testers, people=people, started_by=actor
            )
    except IntegrityError as clash:
        raise DomainError("already_running", _("Another run of it is not over yet.")) from clash
    _note(run, "push.start", actor, {"run": run.pk, "test_customers": testers, "people": people})
    return run


@transaction.atomic
def stop(*, run: PushRun, actor: User, reason: str) -> PushRun:
    """Stop after the chunk that is under way; who has coupons keeps them."""
    require_permission(actor, START)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    require_own(actor, run)
    locked = _lock(run)
    if locked.state not in (PushState.WAITING, PushState.RUNNING):
        raise DomainError("not_running", _("It is not running."))
    _halt(locked, reason.strip())
    _note(locked, "push.stop", actor, {"run": locked.pk, "granted": locked.granted}, reason.strip())
    return locked


@transaction.atomic
def go_on(*, run: PushRun, actor: User) -> PushRun:
    """Take a stopped run up where it stopped."""
    require_permission(actor, START)
    require_own(actor, run)
    locked = _lock(run)
    if locked.state != PushState.STOPPED:
        raise DomainError("not_stopped_run", _("It is not stopped."))
    locked.state, locked.told = PushState.RUNNING, ""
    locked.save(update_fields=["state", "told"])
    _note(locked, "push.go_on", actor, {"run": locked.pk, "granted": locked.granted})
    return locked


@transaction.atomic
def close(*, run: PushRun, actor: User) -> PushRun:
    """End a stopped run for good; a new one leaves out whoever has theirs."""
    require_permission(actor, START)
    require_own(actor, run)
    locked = _lock(run)
    if locked.state != PushState.STOPPED:
        raise DomainError("not_stopped_run", _("It is not stopped."))
    _finish(locked)
    _note(locked, "push.close", actor, {"run": locked.pk, "granted": locked.granted})
    return locked


def the_open_run(campaign: ClaimCampaign) -> PushRun:
    """The run that is not over; raises DomainError not_running."""
    run = campaign.pushes.filter(state__in=OPEN).first()
    if run is None:
        raise DomainError("not_running", _("It is not running."))
    return run


def work(*, run: int, seconds: float, chunk: int = CHUNK) -> int:
    """Go on with a run for about so long; the number of customers who got theirs."""
    until, granted, going = monotonic() + seconds, 0, True
    while going and monotonic() < until:
        going, more = advance(run=run, chunk=chunk)
        granted += more
    return granted


@transaction.atomic
def advance(*, run: int, chunk: int = CHUNK) -> tuple[bool, int]:
    """One chunk: whether there is more to do, and how many got theirs. Only one worker at a time is in a run."""
    found = PushRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=run)
    locked = found.select_related("campaign", "campaign__current").first()
    if locked is None or locked.state not in (PushState.WAITING, PushState.RUNNING):
        return False, 0
    campaign, now = locked.campaign, database_now()
    if _over(campaign, now):
        _halt(locked, "ended" if campaign.status != State.PAUSED else "paused")
        return False, 0
    if now < campaign.starts_at:
        return False, 0
    return _give_chunk(locked, campaign, chunk, now)


def _give_chunk(run: PushRun, campaign: ClaimCampaign, chunk: int, now: datetime) -> tuple[bool, int]:
    assert campaign.current is not None
    content = campaign.current.content
    meant = Meant(content["targeting"])
    candidates = _next(run, meant, chunk)
    if not candidates:
        _finish(run)
        return False, 0
    wanted = candidates if run.test_customers or meant.lists_only else meant.among(candidates)
    how = How(source=Source.PUSH, origin=campaign.code, actor_id=run.started_by_id, reason="")
    given = give(campaign=campaign, content=content, customers=wanted, limits=ONCE, how=how, now=now)
    came_to = _before(candidates, given.rest)
    passed = candidates.index(came_to) + 1 if came_to else 0
    run.state = PushState.RUNNING
    run.last_customer = came_to or run.last_customer
    run.granted += len(given.granted)
    run.skipped += passed - len(given.granted)
    run.save(update_fields=["state", "last_customer", "granted", "skipped"])
    if given.reason:
        _halt(run, given.reason)
    return not given.reason, len(given.granted)


def _next(run: PushRun, meant: Meant, chunk: int) -> list[str]:
    if run.test_customers:
        return [code for code in run.test_customers if code > run.last_customer][:chunk]
    return meant.candidates(run.last_customer, chunk)


def _before(candidates: Sequence[str], rest: Sequence[str]) -> str:
    """The last candidate that was dealt with, where `rest` got nothing yet."""
    if not rest:
        return candidates[-1]
    at = candidates.index(rest[0])
    return candidates[at - 1] if at else ""


def _over(campaign: ClaimCampaign, now: datetime) -> bool:
    return campaign.status not in (State.APPROVED, State.LIVE) or now >= campaign.ends_at


def _lock(run: PushRun) -> PushRun:
    return PushRun.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=run.pk)


def _halt(run: PushRun, reason: str) -> None:
    run.state, run.told = PushState.STOPPED, reason[:200]
    run.save(update_fields=["state", "told"])


def _finish(run: PushRun) -> None:
    run.state, run.ended_at = PushState.DONE, database_now()
    run.save(update_fields=["state", "ended_at"])


def _note(run: PushRun, action: str, actor: User, after: dict[str, object], reason: str = "") -> None:
    record(action=action, subject=run.campaign, actor=actor, after=after, reason=reason)
