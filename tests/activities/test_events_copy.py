"""Copying a 大促: one offset for all times, drafts naming each other, numbers to confirm, a list of what is stale."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services as activity_services
from apps.activities.events import services
from apps.activities.events.members import members_of
from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.activities.events.reach import reach_of
from apps.activities.events.staleness import Stale, stale_in
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.audiences.models import Audience
from apps.catalog.models import Sku
from apps.catalog.services.entries import save_sku
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.impact.models.prices import PriceSpan
from apps.offers.compile import compile_activity, instant
from apps.offers.models import PlacementRecord
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import approved, drafted, goods, live
from tests.coupons.world import campaign_document, template_document

pytestmark = pytest.mark.django_db

A_MONTH = timedelta(days=33)


@pytest.fixture
def event(ann: Any, cleo: Any) -> Event:
    """d11-2026 with two activities, a template that one of them gives away, and a campaign of it."""
    now = database_now().replace(microsecond=0)
    content = {
        "code": "d11-2026",
        "name": "双11",
        "starts_at": (now - timedelta(days=1)).isoformat(),
        "ends_at": (now + timedelta(days=9)).isoformat(),
        "budget": {"amount": 100_000},
    }
    activity_services.save_event(content=content, actor=ann)
    made = Event.objects.get()
    fixed = {
        "mode": "fixed",
        "from": (now - timedelta(days=1)).isoformat(),
        "until": (now + timedelta(days=10)).isoformat(),
    }
    for model, document in (
        (CouponTemplate, template_document("d11-2026-ten", validity=fixed, budget={"quantity": 20})),
        (ClaimCampaign, campaign_document("claims", template="d11-2026-ten")),
    ):
        activity_services.create_draft(model=model, content=document, actor=ann)
    gift = {
        "metric": "amount",
        "tiers": [{"at": 5_000, "benefit": {"coupons": [{"template": "d11-2026-ten"}]}}],
    }
    live(ann, cleo, "flash", event="d11-2026", placements=["home"], params={"value": 1_000})
    approved(
        ann,
        cleo,
        "gifts",
        event="d11-2026",
        kind="threshold",
        layer="platform",
        params=gift,
        stock=None,
        visible_from=(now - timedelta(hours=5)).isoformat(),
    )
    services.join(event=made, document="template", codes=["d11-2026-ten"], actor=ann)
    services.join(event=made, document="campaign", codes=["claims"], actor=ann)
    return made


def copied(event: Event, by: Any, **changes: Any) -> Event:
    options = {"code": "d12-2026", "name": "双12", "starts_at": event.starts_at + A_MONTH, **changes}
    return services.copy_event(event=event, actor=by, **options)


def stale_of(event: Event) -> list[Stale]:
    members = members_of(event)
    offers = [compile_activity(one.content) for one in members if one.document == "activity"]
    return stale_in(members, reach_of(offers), database_now())


def stale(event: Event) -> set[tuple[str, str, bool]]:
    return {(one.member.code, one.code, one.blocks) for one in stale_of(event)}


def test_all_times_move_by_one_offset_and_members_name_each_other(event, ann):
    copy = copied(event, ann, budget_amount=50_000)
    assert (copy.copied_from, copy.owner, copy.budget_amount) == (event, ann, 50_000)
    assert (copy.starts_at, copy.ends_at) == (event.starts_at + A_MONTH, event.ends_at + A_MONTH)
    members = {one.code: one for one in members_of(copy)}
    assert list(members) == ["flash-d12-2026", "gifts-d12-2026", "d12-2026-ten", "claims-d12-2026"]
    assert {one.thing.status for one in members.values()} == {"draft"}
    for old in members_of(event):
        new = next(one for one in members.values() if one.copied.source == old.code)
        for field in ("starts_at", "ends_at", "visible_from"):
            before, after = instant(old.content.get(field)), instant(new.content.get(field))
            assert after == (before and before + A_MONTH)
    assert members["d12-2026-ten"].content["validity"]["until"] == (
        (instant(_of(event, "d11-2026-ten")["validity"]["until"]) + A_MONTH).isoformat()
    )
    assert members["claims-d12-2026"].content["items"] == [{"template": "d12-2026-ten", "quantity": 1}]
    tier = members["gifts-d12-2026"].content["params"]["tiers"][0]
    assert tier["benefit"]["coupons"] == [{"template": "d12-2026-ten", "quantity": 1}]
    assert members["flash-d12-2026"].content["event"] == "d12-2026"
    assert members["flash-d12-2026"].thing.event == copy
    assert set(members_of(event)) != set(members_of(copy))


def _of(event: Event, code: str) -> dict[str, Any]:
    return next(one.content for one in members_of(event) if one.code == code)


def test_the_copies_are_ordinary_drafts_with_their_own_audit(event, ann):
    copied(event, ann)
    draft = Activity.objects.get(code="flash-d12-2026")
    version = draft.versions.get()
    assert (draft.owner, version.state, version.number, version.editor_ids) == (ann, "draft", 1, [ann.pk])
    entries = AuditEntry.objects.filter(subject_code="flash-d12-2026")
    assert [(one.action, one.actor) for one in entries] == [("activity.create", "user:ann")]
    entry = AuditEntry.objects.get(action="event.copy")
    assert entry.after == {"source": "d11-2026", "shift_seconds": 33 * 86_400, "members": 4}


def test_a_taken_code_is_refused_and_nothing_is_left_behind(event, ann):
    with pytest.raises(DomainError) as refused:
        copied(event, ann, code="d11-2026")
    assert (refused.value.code, refused.value.field) == ("code_taken", "code")
    assert Event.objects.count() == 1
    drafted(ann, "flash-d12-2026")
    copy = copied(event, ann)
    assert "flash-d12-2026-2" in {one.code for one in members_of(copy)}


def test_what_was_revoked_stays_behind(event, ann, cleo):
    flash = Activity.objects.get(code="flash")
    request = activity_services.request_revocation(thing=flash, actor=ann, reason="wrong")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert "flash-d12-2026" not in {one.code for one in members_of(copied(event, ann))}


def test_statements_do_not_grow_with_the_members(event, ann):
    def copy_of(number: int) -> int:
        with CaptureQueriesContext(connection) as statements:
            copied(event, ann, code=f"copy-{number}")
        return len(statements)

    few = copy_of(1)
    for number in range(20):
        drafted(ann, f"more-{number}", event="d11-2026")
    assert copy_of(2) == few


def test_an_analyst_copies_nothing(event, mia):
    with pytest.raises(Forbidden):
        copied(event, mia)
    assert Event.objects.count() == 1
    assert CopiedMember.objects.count() == 0


def test_numbers_must_be_confirmed_before_submission(event, ann, ben):
    copy = copied(event, ann)
    draft = Activity.objects.get(code="flash-d12-2026")
    with pytest.raises(DocumentFaults) as refused:
        activity_services.submit(thing=draft, actor=ann)
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [("budget.amount", "unconfirmed")]
    assert not ApprovalRequest.objects.filter(subject_code="flash-d12-2026").exists()
    member = next(one for one in members_of(copy) if one.code == "flash-d12-2026")
    seen = {member.key: member.opened.content_hash}
    assert services.confirm_members(event=copy, seen=seen, actor=ben) == 1
    assert services.confirm_members(event=copy, seen=seen, actor=ben) == 0
    row = CopiedMember.objects.get(code="flash-d12-2026")
    assert (row.confirmed_by, CopiedMember.objects.filter(confirmed_at=None).count()) == (ben, 3)
    assert activity_services.submit(thing=draft, actor=ann).subject_code == "flash-d12-2026"


def test_numbers_that_changed_under_ones_eyes_are_not_confirmed(event, ann, ben):
    copy = copied(event, ann)
    member = next(one for one in members_of(copy) if one.code == "flash-d12-2026")
    content = {**member.content, "budget": {"amount": 9_999_999}}
    activity_services.save_draft(thing=member.thing, content=content, actor=ben, seen_revision=1)
    with pytest.raises(DomainError) as refused:
        services.confirm_members(event=copy, seen={member.key: member.opened.content_hash}, actor=ann)
    assert refused.value.code == "stale"
    assert not CopiedMember.objects.filter(confirmed_at__isnull=False).exists()


def test_who_may_not_change_events_confirms_nothing(event, ann, cleo):
    copy = copied(event, ann)
    seen = {one.key: one.opened.content_hash for one in members_of(copy)}
    with pytest.raises(Forbidden):
        services.confirm_members(event=copy, seen=seen, actor=cleo)
    assert not CopiedMember.objects.filter(confirmed_at__isnull=False).exists()


def test_a_draft_that_gets_another_code_stays_what_it_is(event, ann):
    copy = copied(event, ann)
    template = CouponTemplate.objects.get(code="d12-2026-ten")
    content = {**template.open_version().content, "code": "ten-again"}
    activity_services.save_draft(thing=template, content=content, actor=ann, seen_revision=1)
    assert EventMember.objects.get(document="template", event=copy).code == "ten-again"
    assert CopiedMember.objects.get(document="template", event=copy).code == "ten-again"


def test_what_is_stale_is_named(event, ann, cleo):
    PlacementRecord.objects.update_or_create(code="home", defaults={"name_zh": "首页", "is_active": False})
    Audience.objects.create(code="vip", name="VIP", has_list=True, list_size=3)
    Sku.objects.create(code="C", name="C", price_amount=10_000, floor_price_amount=5_000)
    Sku.objects.create(code="D", name="D", price_amount=10_000)
    prices = {"C": 6_000, "D": 9_000}
    approved(
        ann,
        cleo,
        "prices",
        event="d11-2026",
        kind="flash_sale",
        params={"prices": prices},
        stock=None,
        targeting={"audiences": ["vip"]},
        display={"rules": "仅限11月11日当天"},
    )
    copy = copied(event, ann)
    every = {(one.code, "unconfirmed", True) for one in members_of(copy)}
    dates = {("prices-d12-2026", "dates", False), ("claims-d12-2026", "dates", False)}
    home = {("flash-d12-2026", "placement_inactive", False)}
    assert stale(copy) == every | dates | home
    Audience.objects.update(list_size=0)
    sku = Sku.objects.get(code="C")
    sku.price_amount, sku.floor_price_amount = 5_500, 7_000
    save_sku(entry=sku, actor=ann)
    Sku.objects.filter(code="D").delete()
    found = {(name, blocks) for code, name, blocks in stale(copy) if code == "prices-d12-2026"}
    assert found == {
        ("unconfirmed", True),
        ("dates", False),
        ("nobody", True),
        ("sku_gone", True),
        ("below_floor", False),
        ("not_cheaper", False),
        ("price_changed", False),
    }


def test_past_windows_and_coupons_that_end_early_are_stale(event, ann):
    copy = copied(event, ann)
    campaign = next(one for one in members_of(copy) if one.document == "campaign")
    later = (copy.ends_at + timedelta(days=30)).isoformat()
    content = {**campaign.content, "ends_at": later}
    activity_services.save_draft(thing=campaign.thing, content=content, actor=ann, seen_revision=1)
    assert ("claims-d12-2026", "ends_earlier", True) in stale(copy)
    with frozen(copy.ends_at + timedelta(days=90)):
        found = stale(copy)
    assert ("flash-d12-2026", "past", True) in found


def test_a_price_changed_by_an_import_is_known_by_its_history(event, ann):
    goods()
    drafted(ann, "named", event="d11-2026", scope={"mode": "include", "skus": ["A"]})
    copy = copied(event, ann)
    now = database_now()
    hours = [timedelta(hours=number) for number in (0, 1, 2)]
    for begins, ends, amount in ((-9, 1, 12_300), (1, 2, 12_300), (2, None, 10_000)):
        PriceSpan.objects.create(
            sku="A",
            list_amount=amount,
            price_amount=amount,
            starts_at=now + timedelta(hours=begins),
            ends_at=None if ends is None else now + hours[ends],
        )
    [found] = [one.text for one in stale_of(copy) if one.code == "price_changed"]
    assert found == "1 list price changed since: A ¥123 → ¥100"
