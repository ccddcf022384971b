"""The pages of an event: who sees and does what, what stands on them, and how many statements they take."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities import services as activity_services
from apps.activities.events import services
from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.activities.models import Activity
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Shop, Sku
from apps.core.clock import database_now
from apps.coupons.models import CouponTemplate
from apps.offers.conclusions import Conclusion, register, unregister
from tests.activities.cast import approved, drafted, live, person, picture
from tests.admin.conftest import as_user
from tests.coupons.world import template_document

__all__ = ["as_user"]
pytestmark = pytest.mark.django_db

LIST = "/admin/activities/event/"
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
READERS = {"operator", "approver", "analyst", "auditor", "customer_service"}


@pytest.fixture
def event(ann: Any) -> Event:
    now = database_now().replace(microsecond=0)
    content = {
        "code": "d11-2026",
        "name": "双11",
        "starts_at": (now - timedelta(days=1)).isoformat(),
        "ends_at": (now + timedelta(days=3)).isoformat(),
        "budget": {"amount": 100_000},
    }
    activity_services.save_event(content=content, actor=ann)
    return Event.objects.get()


def page(event: Event, *more: str) -> str:
    return reverse(f"admin:activities_event_{more[0] if more else 'change'}", args=[event.pk, *more[1:]])


def typed(moment: Any) -> str:
    return f"{moment + timedelta(hours=8):%Y-%m-%d %H:%M}"


def test_the_container_shows_members_money_overlaps_and_what_waits(event, ann, cleo, as_user):
    Shop.objects.create(code="s1", name="一店")
    live(ann, cleo, "runs", name="直减", event="d11-2026", budget={"amount": 70_000})
    params = {"metric": "amount", "tiers": [{"at": 5_000, "benefit": {"amount_off": 100}}]}
    drafted(
        ann,
        "shop",
        name="店铺满减",
        event="d11-2026",
        layer="shop",
        shop="s1",
        kind="threshold",
        params=params,
        stock=None,
    )
    drafted(ann, "twin", name="也是直减", event="d11-2026", budget={"amount": 60_000})
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    services.submit_members(event=event, keys=["activity:twin"], actor=ann)
    found = as_user(ann).get(page(event))
    shown = found.context["page"]
    assert [line.member.code for line in shown.lines] == ["runs", "shop", "twin", "ten-off"]
    assert [(one.member.code, other.member.code, overlap.skus) for one, other, overlap in shown.overlaps] == [
        ("runs", "twin", 2)
    ]
    assert [(str(row.shop), str(row.label), row.first) for row in shown.rows] == [
        ("the platform", "item prices", True),
        ("一店", "shop offers", True),
    ]
    assert (shown.money.most, shown.money.over, shown.drafts) == (180_000, 80_000, 2)
    text = found.content.decode()
    assert "Its members may cost ¥800 more than the event has." in text
    assert "1 request waits for a decision." in text
    assert "1 overlap" in text


def test_statements_do_not_grow_with_the_members(event, ann, as_user):
    client = as_user(ann)

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page(event)).status_code == 200
        return len(seen)

    named = {"mode": "include", "skus": ["A"]}
    for number in range(3):
        drafted(ann, f"a-{number}", event="d11-2026", scope=named)
    services.copy_event(
        event=event, code="copy", name="x", starts_at=event.starts_at + timedelta(days=9), actor=ann
    )
    few = statements()
    for number in range(3, 30):
        drafted(ann, f"a-{number}", event="d11-2026", scope=named)
    assert statements() == few


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_events(event, as_user, role):
    client = as_user(person(f"new-{role}", role))
    statuses = {client.get(LIST).status_code, client.get(page(event)).status_code}
    assert statuses == ({200} if role in READERS else {403})


@pytest.mark.parametrize("role", ROLES)
def test_who_copies_events(event, ann, as_user, role):
    drafted(ann, "one", event="d11-2026")
    data = {
        "name": "双12",
        "code": "d12",
        "starts_at": typed(event.starts_at + timedelta(days=33)),
        "budget_amount": "900",
    }
    answer = as_user(person(f"new-{role}", role)).post(page(event, "copy"), data)
    assert answer.status_code in ((302,) if role == "operator" else (403, 404))
    assert Event.objects.filter(code="d12").exists() is (role == "operator")
    assert CopiedMember.objects.count() == (role == "operator")


#: the state a step needs, and who may take it
STEPS = {
    "submit": {"operator"},
    "confirm": {"operator"},
    "extend": {"operator"},
    "pause": {"operator", "approver"},
    "leave": {"operator"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", list(STEPS))
def test_who_takes_which_step(event, ann, cleo, as_user, step, role):
    activity = (
        live(ann, cleo, "runs", event="d11-2026")
        if step in ("pause", "extend")
        else drafted(ann, "runs", event="d11-2026")
    )
    if step == "confirm":
        CopiedMember.objects.create(
            event=event, document="activity", code="runs", source="x", source_at=database_now()
        )
    before = picture(activity)
    seen = f"activity:runs={activity.versions.get().content_hash}"
    data = {
        "member": "activity:runs",
        "seen": seen,
        "confirmed": "1",
        "reason": "because",
        "ends_at": typed(database_now() + timedelta(days=30)),
    }
    answer = as_user(person(f"new-{role}", role)).post(page(event, "do", step), data)
    if role in STEPS[step]:
        assert answer.status_code == 302
        changed = picture(activity) != before
        assert changed is (step != "confirm")
        assert CopiedMember.objects.filter(confirmed_at__isnull=False).exists() is (step == "confirm")
    else:
        assert answer.status_code in (403, 404)
        assert picture(activity) == before
        assert not CopiedMember.objects.filter(confirmed_at__isnull=False).exists()


def test_a_step_asks_first_and_names_the_faults(event, ann, as_user):
    drafted(ann, "fine", event="d11-2026")
    drafted(ann, "empty", name="空的", event="d11-2026", scope={"mode": "include", "tags": ["nobody-has-it"]})
    client = as_user(ann)
    asked = client.post(page(event, "do", "submit"), {})
    assert [row["member"].code for row in asked.context["rows"]] == ["fine", "empty"]
    assert ApprovalRequest.objects.count() == 0
    refused = client.post(page(event, "do", "submit"), {"confirmed": "1"})
    assert refused.context["faults"] == ["no SKU is in scope: 空的 (empty)"]
    assert ApprovalRequest.objects.count() == 0
    one = client.post(page(event, "do", "submit"), {"confirmed": "1", "member": "activity:fine"})
    assert one.status_code == 302
    assert ApprovalRequest.objects.get().subject_code == "fine"


def test_members_join_by_the_form(event, ann, as_user):
    drafted(ann, "one")
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    client = as_user(ann)
    assert client.post(page(event, "join"), {}).context["form"].errors == {"__all__": ["Choose something."]}
    refused = client.post(page(event, "join"), {"activity": "one", "template": "ten-off nowhere"})
    assert "nowhere" in str(refused.context["form"].errors["template"])
    assert not EventMember.objects.exists()
    assert client.post(page(event, "join"), {"activity": "one", "template": "ten-off"}).status_code == 302
    assert Activity.objects.get(code="one").event == event
    assert EventMember.objects.get().code == "ten-off"


def test_lists_filter_by_event(event, ann, as_user):
    drafted(ann, "one", event="d11-2026")
    drafted(ann, "two")
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    activity_services.create_draft(model=CouponTemplate, content=template_document("other"), actor=ann)
    services.join(event=event, document="template", codes=["other"], actor=ann)
    client = as_user(ann)
    activities = client.get("/admin/activities/activity/?event=d11-2026").context["cl"]
    templates = client.get("/admin/coupons/coupontemplate/?event=d11-2026").context["cl"]
    assert [one.code for one in activities.result_list] == ["one"]
    assert [one.code for one in templates.result_list] == ["other"]


def test_the_form_of_an_event_changes_what_it_says(event, ann, ben, as_user):
    client = as_user(ann)
    data = {
        "name": "双十一",
        "starts_at": "",
        "ends_at": "",
        "budget_amount": "1200",
        "owner": ben.pk,
        "conclusion": "好",
    }
    assert client.post(f"{page(event)}?edit=1", data).headers["Location"] == page(event)
    event.refresh_from_db()
    assert (event.name, event.budget_amount, event.owner, event.conclusion) == ("双十一", 120_000, ben, "好")
    made = client.post(
        f"{LIST}add/", {"code": "d12", "name": "双12", "starts_at": "", "ends_at": "", "budget_amount": ""}
    )
    assert made.headers["Location"] == page(Event.objects.get(code="d12"))
    assert Event.objects.get(code="d12").owner == ann


def test_what_the_last_review_concluded_stands_on_the_copy_and_its_copy(event, ann, as_user):
    services.conclude(event=event, text="库存加倍", actor=ann)
    client = as_user(ann)
    assert "库存加倍" in client.get(page(event, "copy")).content.decode()
    starts_at = event.starts_at + timedelta(days=33)
    first = services.copy_event(event=event, code="c1", name="c1", starts_at=starts_at, actor=ann)
    second = services.copy_event(event=first, code="c2", name="c2", starts_at=starts_at, actor=ann)
    assert client.get(page(first)).context["page"].last.text == "库存加倍"
    assert client.get(page(second)).context["page"].last.text == "库存加倍"

    def review(document: str, code: str) -> Conclusion | None:
        return Conclusion("来自复盘", url="/review/") if (document, code) == ("event", "c1") else None

    register(review)
    try:
        assert client.get(page(second)).context["page"].last == Conclusion("来自复盘", url="/review/")
    finally:
        unregister(review)


def test_the_pack_of_an_event_holds_its_members_and_what_they_name(event, ann, as_user):
    drafted(ann, "one", event="d11-2026", scope={"mode": "include", "skus": ["A"]})
    drafted(ann, "two")
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    Sku.objects.create(code="Z", price_amount=1)
    address = reverse("admin:event_pack", args=["d11-2026"])
    answer = as_user(ann).get(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="d11-2026.yaml"'
    text = b"".join(answer.streaming_content).decode()
    for code in ("d11-2026", "one", "ten-off", "sku: A"):
        assert code in text
    assert "two" not in text
    assert "sku: Z" not in text
    assert as_user(person("admin-only", "administrator")).get(address).status_code == 403


def test_somebody_of_one_shop_sees_their_members_and_exports_nothing(event, ann, cleo, as_user):
    Shop.objects.create(code="s1", name="一店")
    Shop.objects.create(code="s2", name="二店")
    params = {"metric": "amount", "tiers": [{"at": 5_000, "benefit": {"amount_off": 100}}]}
    for shop in ("s1", "s2"):
        drafted(
            ann,
            f"of-{shop}",
            event="d11-2026",
            layer="shop",
            shop=shop,
            kind="threshold",
            params=params,
            stock=None,
        )
    approved(ann, cleo, "all", event="d11-2026")
    lena = person("lena", "operator")
    lena.shops = ["s1"]
    lena.save()
    client = as_user(lena)
    shown = client.get(page(event)).context["page"]
    assert [line.member.code for line in shown.lines] == ["of-s1", "all"]
    assert client.get(reverse("admin:event_pack", args=["d11-2026"])).status_code == 403
    assert client.post(page(event, "copy"), {}).status_code == 403
    client.post(page(event, "do", "pause"), {"confirmed": "1", "reason": "x"})
    assert Activity.objects.get(code="all").status == "approved"
