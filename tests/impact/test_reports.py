"""The impact report: mistakes planted in what is submitted are caught before anybody approves it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Risk, risks_of
from apps.catalog.models import Portal, Sku
from apps.core import jobs
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.coupons.models import CouponTemplate
from apps.impact.models import ImpactReport, PriceSpan
from apps.impact.reports import limits, searching, starting
from apps.offers import foresight
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.review import submit
from tests.activities.cast import drafted, goods, hours, person, submitted
from tests.coupons.world import template_document

pytestmark = pytest.mark.django_db
PLAIN: dict[str, Any] = {"stock": {}, "budget": {}}


@pytest.fixture(autouse=True)
def protected(db: None, settings: Any) -> None:
    """A costs ¥100 and should bring ¥60, at cost ¥30; B has no limit at all."""
    settings.IMPACT_REPORTS = True
    Portal.objects.get_or_create(currency="CNY")
    goods()
    Sku.objects.filter(pk="A").update(floor_price_amount=6_000, cost_amount=3_000)


def asked(by: Any, code: str = "draft", **fields: Any) -> tuple[ApprovalRequest, ImpactReport]:
    """Submitted, and its report worked off as a worker does."""
    shape = {"name": code, "layer": "item", "kind": "percentage_off", "params": {"bps": 1_000}}
    thing = drafted(by, code, **{**shape, **PLAIN, **fields})
    request = submit(thing=thing, actor=by)
    return request, worked_off(request)


def worked_off(request: ApprovalRequest) -> ImpactReport:
    report = ImpactReport.objects.filter(request=request).select_related("job")[0]
    jobs.run(report.job)
    report.refresh_from_db()
    assert (report.job.state, report.job.fault) == ("done", None)
    return report


def before(by: Any, approver: Any, code: str, settings: Any, **fields: Any) -> Activity:
    """Something approved earlier, when nobody searched."""
    settings.IMPACT_REPORTS = False
    thing, request = submitted(by, code, **{"name": code, **PLAIN, **fields})
    known = [risk.code for risk in risks_of(request)]
    approvals.approve(request=request, actor=approver, seen_hash=request.content_hash, acknowledged=known)
    settings.IMPACT_REPORTS = True
    return thing


def low(request: ApprovalRequest) -> Risk:
    (risk,) = [one for one in risks_of(request) if one.code == "below_floor"]
    return risk


def part(bps: int, **fields: Any) -> dict[str, Any]:
    """Off everything, on the platform's layer."""
    tiers = [{"at": 0, "benefit": {"percentage_off": bps}}]
    return {
        "layer": "platform", "kind": "threshold", "params": {"metric": "amount", "tiers": tiers}, **fields,
    }  # fmt: skip


def test_a_missing_zero_is_caught(ann: Any) -> None:
    """Given a flash price of ¥9 instead of ¥90, then the approver reads what A costs, and against which floor."""
    request, report = asked(ann, kind="flash_sale", params={"prices": {"A": 900}})

    assert (report.found["below_cost"], report.found["below_floor"], report.found["skus"]) == (1, 1, 1)
    risk = low(request)
    assert str(risk.text) == "1 SKU can be had for ¥9, below its cost of ¥30"
    assert (risk.stack, risk.approvers) == (["draft"], 2)


def test_what_was_found_stays_as_it_was_read(ann: Any) -> None:
    """Given a finished report, then no service and no query changes or removes it."""
    _request, report = asked(ann, kind="flash_sale", params={"prices": {"A": 900}})
    reports = ImpactReport.objects.filter(pk=report.pk)

    for change in (lambda: reports.update(found={}), lambda: reports.update(done_at=None), reports.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert reports.get().found == report.found


def test_a_tenth_instead_of_nine_tenths_is_caught_where_nothing_has_a_floor(ann: Any) -> None:
    """Given 1折 on B, which has neither floor nor cost, then its depth asks for two."""
    request, _report = asked(ann, params={"bps": 9_000}, scope={"mode": "include", "skus": ["B"]})

    (risk,) = risks_of(request)
    assert (risk.code, risk.approvers) == ("too_deep", 2)
    assert str(risk.text) == "B loses 90% of its list price; more than 80% asks for two approvers"


def test_two_halves_that_stack_are_caught(ann: Any, cleo: Any, settings: Any) -> None:
    before(ann, cleo, "half", settings, **part(5_000))

    request, report = asked(ann, params={"bps": 4_000}, name="直减四成")

    (found,) = report.found["lows"]
    assert (found["sku"], found["amount"], found["units"]) == ("A", 3_000, 1)
    assert found["stack"] == [["draft", "直减四成", 4_000, False], ["half", "half", 3_000, False]]
    assert str(low(request).text) == "1 SKU can be had for ¥30, below its floor price of ¥60"


def test_a_coupon_on_top_of_a_flash_sale_is_caught(ann: Any, cleo: Any, settings: Any) -> None:
    """Given a template in review, then the flash sale that it would come on top of is found."""
    before(ann, cleo, "flash", settings, kind="flash_sale", params={"value": 6_500})
    operator = person("olga", "operator")
    template = create_draft(
        model=CouponTemplate, content=template_document("twenty", params=_off(2_000)), actor=operator
    )

    request = submit(thing=template, actor=operator)
    report = worked_off(request)

    found = report.found["lows"][0]
    assert (found["sku"], found["amount"], [one[0] for one in found["stack"]]) == (
        "A",
        4_500,
        ["flash", "twenty"],
    )
    assert low(request).approvers == 2


def test_a_forgotten_exclusion_is_caught(ann: Any, cleo: Any, settings: Any) -> None:
    """Given two activities that were meant to exclude each other, then only a mutex makes the report clean."""
    before(ann, cleo, "part", settings, **part(3_000, mutex="weekend"))
    fields = {"params": {"bps": 2_000}}

    forgotten, _report = asked(ann, "forgotten", **fields)
    minded, report = asked(ann, "minded", mutex="weekend", **fields)

    assert low(forgotten).stack == ["forgotten", "part"]
    assert (report.found["lows"], risks_of(minded)) == ([], [])


def test_while_it_is_computed_nobody_approves_as_if_it_were_clean(ann: Any, cleo: Any, dan: Any) -> None:
    """Given no report yet, then it takes a tick and two approvers; once it is there and clean, one without a tick."""
    request = submit(thing=drafted(ann, "early", **PLAIN), actor=ann)

    with pytest.raises(DomainError, match="risks"):
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    (risk,) = risks_of(request)
    assert (risk.code, risk.approvers) == ("report_pending", 2)
    worked_off(request)
    assert risks_of(request) == []
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)

    request.refresh_from_db()
    assert (request.state, request.needed) == ("approved", 1)


def test_a_risk_takes_two_approvers_who_both_know_it(ann: Any, cleo: Any, dan: Any) -> None:
    request, _report = asked(ann, params={"bps": 5_000})
    seen = {"request": request, "seen_hash": request.content_hash}

    with pytest.raises(DomainError, match="risks"):
        approvals.approve(**seen, actor=cleo)
    approvals.approve(**seen, actor=cleo, acknowledged=["below_floor"])
    request.refresh_from_db()
    assert (request.state, request.needed) == ("pending", 2)
    with pytest.raises(DomainError, match="risks"):
        approvals.approve(**seen, actor=dan)
    approvals.approve(**seen, actor=dan, acknowledged=["below_floor"])

    request.refresh_from_db()
    assert request.state == "approved"
    assert Activity.objects.get(code="draft").status == "approved"


def test_offers_that_come_meanwhile_make_it_stale_and_it_is_computed_anew(
    ann: Any, cleo: Any, settings: Any
) -> None:
    request, _report = asked(ann, params={"bps": 2_000})
    assert risks_of(request) == []

    before(ann, cleo, "half", settings, **part(5_000))

    assert [risk.code for risk in risks_of(request)] == ["report_stale"]
    assert starting.recompute_stale() == 1
    assert starting.recompute_stale() == 0
    worked_off(request)
    assert [risk.code for risk in risks_of(request)] == ["below_floor"]


def test_the_most_it_can_cost_is_a_risk_above_the_limit(ann: Any) -> None:
    admin = person("ada", "administrator")
    limits.set_limits(depth_bps=None, cost_amount=100_000, actor=admin)

    bounded, _report = asked(ann, "bounded", budget={"amount": 100_000})
    dear, _report = asked(ann, "dear", budget={"amount": 100_001})
    open_end, _report = asked(ann, "open-end")

    assert risks_of(bounded) == []
    assert [str(risk.text) for risk in risks_of(dear)] == [
        "It can cost ¥1,000.01; more than ¥1,000 asks for two approvers"
    ]
    assert [str(risk.text) for risk in risks_of(open_end)] == [
        "Nothing bounds what it can cost; more than ¥1,000 asks for two approvers"
    ]
    entry = AuditEntry.objects.get(action="impact.set_limits")
    assert (entry.before, entry.after) == (
        {"depth_bps": 8_000, "cost_amount": None},
        {"depth_bps": None, "cost_amount": 100_000},
    )


def test_only_administrators_set_the_limits(cleo: Any) -> None:
    with pytest.raises(Forbidden):
        limits.set_limits(depth_bps=None, cost_amount=None, actor=cleo)

    assert limits.limits().depth_bps == 8_000
    assert not AuditEntry.objects.filter(action="impact.set_limits").exists()


def test_conflicts_name_the_rival_and_who_wins(ann: Any, cleo: Any, settings: Any) -> None:
    before(ann, cleo, "stronger", settings, kind="direct_reduction", params={"value": 2_000})
    before(
        ann,
        cleo,
        "over",
        settings,
        kind="direct_reduction",
        params={"value": 500},
        **hours(-30, -20) | hours(30, 40),
    )

    _request, report = asked(ann, params={"bps": 1_000})

    (conflict,) = report.found["conflicts"]
    assert (conflict["offer"], conflict["skus"], conflict["winner"]) == ("stronger", 2, "stronger")


def test_the_editor_foresees_what_the_report_will_find(ann: Any, cleo: Any, settings: Any) -> None:
    before(ann, cleo, "part", settings, **part(3_000))
    request, report = asked(ann, params={"bps": 2_000})
    content = Activity.objects.get(code="draft").versions.get().content

    assert foresight.worst_price(content, "A") == foresight.Foreseen(5_600, ("draft", "part"))
    assert (report.found["lows"][0]["amount"], low(request).stack) == (5_600, ["draft", "part"])
    assert foresight.worst_price({**content, "scope": {**content["scope"], "mode": "include"}}, "A") is None


def test_the_approver_sees_the_verdict_the_stack_and_the_way_to_the_simulator(
    ann: Any, cleo: Any, settings: Any, as_user: Any
) -> None:
    """Given a SKU below its floor, then the page says so first and the simulator prices the cart the same."""
    before(ann, cleo, "part", settings, **part(3_000))
    request, _report = asked(ann, params={"bps": 2_000})

    page = as_user(cleo).get(f"/admin/approvals/approvalrequest/{request.pk}/change/").content.decode()

    assert page.index("1 SKU can be had for ¥56, below its floor price of ¥60") < page.index("pi-report")
    assert "0 of 2 approvers" in page
    assert 'data-sku="A"' in page
    simulator = as_user(cleo).get(low(request).url).content.decode()
    assert "¥56" in simulator


def test_a_list_price_that_rose_before_it_is_taken_down_is_told(ann: Any, cleo: Any, as_user: Any) -> None:
    """Given ¥80 until five days ago and ¥100 since, then the approver reads both; B only was dearer lately."""
    now = database_now()
    for sku, before, days in (("A", 8_000, 5), ("B", 12_000, 5), ("B", 7_000, 40)):
        PriceSpan.objects.create(
            sku=sku,
            list_amount=before,
            price_amount=before,
            starts_at=now - timedelta(days=days + 30),
            ends_at=now - timedelta(days=days),
        )

    request, report = asked(ann, params={"bps": 1_000})

    assert report.found["raised"] == {"count": 1, "days": 30, "skus": [["A", 10_000, 8_000]]}
    page = as_user(cleo).get(f"/admin/approvals/approvalrequest/{request.pk}/change/").content.decode()
    assert "1 list price rose within 30 days" in page


def test_an_analyst_cannot_have_a_report_computed(ann: Any, as_user: Any) -> None:
    request, _report = asked(ann)

    answer = as_user(person("ana", "analyst")).post(f"/admin/impact/impactlimits/compute/{request.pk}/")

    assert answer.status_code == 403
    assert ImpactReport.objects.count() == 1
    again = as_user(ann).post(f"/admin/impact/impactlimits/compute/{request.pk}/")
    assert (again.status_code, ImpactReport.objects.count()) == (302, 2)


def test_goods_that_were_not_searched_are_a_risk_of_their_own(ann: Any, monkeypatch: Any) -> None:
    """Given more suspicious classes than a report searches, then it does not pass for clean."""
    monkeypatch.setattr(searching, "MOST_ALONE", 0)

    request, report = asked(ann, params={"bps": 5_000})

    assert (report.found["lows"], report.found["unsearched"], report.found["searched"]) == ([], 1, 0)
    # What the sample carts show is said, too.
    assert [(risk.code, risk.approvers) for risk in risks_of(request)] == [
        ("not_searched", 2),
        ("below_floor", 1),
    ]


def test_what_is_cheap_without_the_draft_is_not_its_doing(ann: Any, cleo: Any, settings: Any) -> None:
    """Given half off A already, when a draft that excludes it is submitted, then its own ¥95 is above the floor."""
    before(ann, cleo, "half", settings, kind="percentage_off", params={"bps": 5_000})

    request, report = asked(ann, params={"bps": 500})

    assert (report.found["lows"], risks_of(request)) == ([], [])


def _off(amount: int) -> dict[str, Any]:
    return {"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": amount}}]}


def test_who_may_only_read_the_limits_reads_percent_and_money(as_user: Any) -> None:
    limits.set_limits(depth_bps=8_000, cost_amount=12_300_000, actor=person("boss", "administrator"))
    page = as_user(person("ana", "analyst")).get("/admin/impact/impactlimits/1/change/").content.decode()
    assert "80%" in page
    assert "¥123,000" in page
    assert ">8000<" not in page
