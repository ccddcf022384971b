"""Packs into the portal and out of it again."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db.models import Model

from apps.accounts.models import User
from apps.accounts.services.roles import set_up_role
from apps.accounts.services.users import create_user
from apps.activities.models import Activity, Event
from apps.approvals.models import ApprovalRequest
from apps.audiences.models import Audience, Customer
from apps.catalog.models import Category, Portal, Shop, Sku
from apps.core.models import AuditEntry
from apps.core.roles import Role
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.models import BookChange, OfferCode
from apps.packs import demo
from apps.packs.document import PackDocument, read_pack
from apps.packs.loading import load_bytes, load_file
from apps.pricing.faults import Findings

pytestmark = pytest.mark.django_db
DEMO = Path(demo.__file__).parent / "pack.yaml"
TABLES: list[type[Model]] = [
    Portal,
    Shop,
    Category,
    Sku,
    Customer,
    Audience,
    Event,
    Activity,
    CouponTemplate,
    ClaimCampaign,
    OfferCode,
    BookChange,
    AuditEntry,
]


def small() -> dict[str, Any]:
    return {
        "pack": 1,
        "currency": "CNY",
        "catalog": {
            "shops": [{"code": "S1", "name": "自营"}],
            "categories": [{"code": "shoes"}, {"code": "running", "parent": "shoes"}],
            "skus": [
                {"sku": "A", "name": "跑鞋", "shop": "S1", "category": "running", "price": 19900},
                {"sku": "B", "name": "袜子", "price": 990},
            ],
        },
        "audiences": [{"code": "vip", "members": ["c1"]}],
        "customers": [{"id": "c1"}],
        "activities": [
            {
                "code": "full-100-10",
                "name": "满100减10",
                "layer": "platform",
                "kind": "threshold",
                "params": {"metric": "amount", "tiers": [{"at": 10000, "benefit": {"amount_off": 1000}}]},
                "starts_at": "2026-11-01T00:00:00+08:00",
                "ends_at": "2036-11-12T00:00:00+08:00",
                "targeting": {"audiences": ["vip"]},
                "scope": {"mode": "include", "categories": ["running"]},
            }
        ],
    }


def written(tmp_path: Path, pack: Any, name: str = "pack.json") -> Path:
    path = tmp_path / name
    path.write_text(pack if isinstance(pack, str) else json.dumps(pack), encoding="utf-8")
    return path


def imported(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_pack", str(path), *options, stdout=out)
    return out.getvalue()


def exported(*options: str) -> str:
    out = StringIO()
    call_command("export_pack", *options, stdout=out)
    return out.getvalue()


def documents(text: str) -> PackDocument:
    findings = Findings()
    document = read_pack(load_bytes(text.encode(), findings), findings)
    assert findings.faults == []
    return document


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in TABLES}


def refused(path: Path, *options: str) -> list[str]:
    """The faults of a pack, having seen that nothing was written and that the status is 1."""
    before, err = counts(), StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_pack", str(path), *options, stderr=err)
    assert stop.value.code == 1
    assert counts() == before
    return err.getvalue().splitlines()


def test_an_import_writes_goods_at_once_and_offers_as_drafts(tmp_path: Path) -> None:
    said = imported(written(tmp_path, small()))
    assert Portal.objects.get().currency == "CNY"
    assert Sku.objects.get(code="A").price_amount == 19900
    assert Customer.objects.get(code="c1").orders == 0
    activity = Activity.objects.get()
    assert (activity.code, activity.status, activity.current) == ("full-100-10", "draft", None)
    version = activity.versions.get()
    assert version.content["targeting"]["audiences"] == ["vip"]
    assert version.batch
    assert f"Imported as batch {version.batch}." in said
    assert BookChange.objects.count() == 0, "a draft prices nothing"
    batch = AuditEntry.objects.get(action="packs.import")
    assert batch.after["activities"]["created_codes"] == ["full-100-10"]


def test_the_second_import_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, small())
    imported(path)
    before = counts()
    assert imported(path).splitlines()[-1] == "Nothing changed."
    assert counts() == before


def test_an_import_upserts_by_code_and_never_deletes(tmp_path: Path) -> None:
    imported(written(tmp_path, small()))
    pack = small()
    pack["catalog"]["skus"] = [{"sku": "A", "name": "跑鞋", "price": 18800}]
    pack["activities"][0]["name"] = "满100减10 返场"
    imported(written(tmp_path, pack))
    assert set(Sku.objects.values_list("code", "price_amount", "shop_id")) == {
        ("A", 18800, None),
        ("B", 990, None),
    }
    activity = Activity.objects.get()
    assert (activity.name, activity.versions.get().revision) == ("满100减10 返场", 2)


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    before = counts()
    said = imported(written(tmp_path, small()), "--dry-run")
    assert "Dry run: nothing was written." in said
    assert counts() == before


def test_a_wrong_pack_is_refused_whole_with_every_fault(tmp_path: Path) -> None:
    pack = small()
    pack["catalog"]["skus"][1]["price"] = "9.90"
    pack["activities"][0]["layer"] = "shop"
    pack["activities"][0]["event"] = "d11"
    pack["colour"] = "red"
    assert refused(written(tmp_path, pack)) == [
        "catalog.skus[1].price: must be a whole number",
        "activities[0].shop: is required",
        "colour: is not known here",
        "activities[0].event: there is no event d11",
    ]


def test_codes_may_be_the_portals(tmp_path: Path) -> None:
    imported(written(tmp_path, small()))
    pack = {
        "pack": 1,
        "catalog": {
            "categories": [{"code": "trail", "parent": "shoes"}],
            "skus": [{"sku": "C", "price": 1, "shop": "S1"}],
        },
        "activities": [
            {**small()["activities"][0], "code": "other", "scope": {"mode": "include", "skus": ["A", "C"]}}
        ],
    }
    imported(written(tmp_path, pack))
    assert Activity.objects.count() == 2
    assert Category.objects.get(code="trail").path == ["shoes", "trail"]


def test_what_the_portal_has_against_a_pack(tmp_path: Path) -> None:
    imported(written(tmp_path, small()))
    template = {"code": "full-100-10", "name": "券", "kind": "shipping_off", "params": {"free": True}}
    looped = [{"code": "shoes", "parent": "running"}]
    pack = {"pack": 1, "currency": "USD", "catalog": {"categories": looped}, "coupon_templates": [template]}
    assert refused(written(tmp_path, pack)) == [
        "catalog.categories[0].parent: makes a loop of categories",
        "coupon_templates[0].code: full-100-10 is the code of an activity",
        "currency: must be CNY, as in this portal",
    ]


def test_members_come_from_a_file_beside_the_pack(tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("customer\nc1\nc2\n\nc1\n", encoding="utf-8")
    pack = {"pack": 1, "audiences": [{"code": "crm", "members_file": "crm.csv", "members": ["c9"]}]}
    imported(written(tmp_path, pack))
    assert Audience.objects.get().list_size == 3
    (tmp_path / "bad.csv").write_text("id\nc1\n", encoding="utf-8")
    (tmp_path / "worse.csv").write_text("customer\nc1,x\na b\n", encoding="utf-8")
    audiences = [
        {"code": str(number), "members_file": name}
        for number, name in enumerate(["../crm.csv", "none.csv", "bad.csv", "worse.csv"])
    ]
    assert refused(written(tmp_path, {"pack": 1, "audiences": audiences})) == [
        "audiences[0].members_file: must be the bare name of a file beside the pack",
        "audiences[1].members_file: cannot be read: No such file or directory",
        "audiences[2].members_file: must begin with the header customer",
        "audiences[3].members_file: line 2 is not one customer id",
        "audiences[3].members_file: line 3 is not one customer id",
    ]


def test_publishing_needs_leave(tmp_path: Path, settings: Any) -> None:
    path, before = written(tmp_path, small()), counts()
    settings.ALLOW_PUBLISH = False
    with pytest.raises(CommandError, match="switched off"):
        imported(path, "--publish")
    assert counts() == before


def test_publishing_makes_it_run_at_once(tmp_path: Path, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    path = written(tmp_path, small())
    imported(path, "--publish")
    activity = Activity.objects.get()
    assert (activity.status, activity.current.number) == ("live", 1)
    assert list(BookChange.objects.values_list("offer_code", flat=True)) == ["full-100-10"]
    before = counts()
    assert "Nothing changed." in imported(path, "--publish")
    assert counts() == before


def test_publishing_makes_earlier_drafts_run(tmp_path: Path, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    path = written(tmp_path, small())
    imported(path)
    assert "Published without approval: 1." in imported(path, "--publish")
    assert Activity.objects.get().status == "live"


def test_the_demo_goes_in_and_comes_out_the_same(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    imported(DEMO, "--publish")
    findings = Findings()
    given = read_pack(load_file(DEMO, findings), findings)
    found = documents(exported())
    assert (found.currency, found.selection) == ("CNY", "best")
    for section in ("shops", "brands", "skus", "customers", "events", "activities", "templates", "campaigns"):
        key = {"skus": "sku", "customers": "id"}.get(section, "code")
        expected = sorted(getattr(given, section), key=lambda row: row[key])
        assert sorted(getattr(found, section), key=lambda row: row[key]) == expected, section
    in_order = sorted(found.categories, key=lambda row: row["code"])
    assert in_order == sorted(given.categories, key=lambda row: row["code"])
    expected = [{**row, "members": sorted(row["members"])} for row in given.audiences]
    assert found.audiences == sorted(expected, key=lambda row: row["code"])


def test_what_was_exported_imports_without_a_change(tmp_path: Path, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    imported(DEMO, "--publish")
    path = written(tmp_path, exported(), "again.yaml")
    before = counts()
    assert imported(path).splitlines()[-1] == "Nothing changed."
    assert counts() == before


def test_an_export_of_one_activity_brings_all_that_it_names(tmp_path: Path) -> None:
    imported(DEMO)
    found = documents(exported("--activity", "full-gift-coupon", "--activity", "member-weekend-9"))
    assert [row["code"] for row in found.activities] == ["full-gift-coupon", "member-weekend-9"]
    assert [row["code"] for row in found.templates] == ["back-20"]
    assert [row["code"] for row in found.events] == ["d11-2026"]
    assert [row["code"] for row in found.audiences] == ["crm-winback", "vip"]
    assert [row["code"] for row in found.categories] == ["digital", "phone"]
    assert (found.skus, found.customers, found.campaigns, found.selection) == ([], [], [], None)
    flash = documents(exported("--activity", "flash-hourly"))
    assert len(flash.skus) == 8
    assert {sku["shop"] for sku in flash.skus} == {shop["code"] for shop in flash.shops}


def test_an_export_of_an_unknown_activity_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no activity nope"):
        exported("--activity", "nope")


def test_the_newest_version_is_exported(tmp_path: Path, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    imported(written(tmp_path, small()), "--publish")
    pack = small()
    pack["activities"][0]["name"] = "满100减10 加码"
    imported(written(tmp_path, pack))
    activity = Activity.objects.get()
    assert (activity.name, activity.status) == ("满100减10", "live"), "a revision waits beside what runs"
    text = exported()
    assert documents(text).activities[0]["name"] == "满100减10 加码"
    assert text.index("- code: full-100-10\n") < text.index("starts_at:") < text.index("ends_at:"), (
        "as one reads"
    )


def test_the_demo_is_for_an_empty_portal(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    call_command("load_demo", verbosity=0)
    assert Activity.objects.filter(status="live").count() >= 20
    assert Sku.objects.count() == 200
    before = counts()
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", verbosity=0)
    assert counts() == before


def test_the_demo_leaves_work_for_the_approver(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    operator = create_user(username="operator", password="x" * 12, actor="system:test")
    set_up_role(user=operator, role=Role.OPERATOR)
    call_command("load_demo", verbosity=0)
    waiting = ApprovalRequest.objects.filter(state="pending").values_list("subject_code", "submitter")
    assert set(waiting) == {
        ("jike-every-300-25", operator.pk),
        ("drinks-3-pay-2-again", operator.pk),
        ("tea-45", operator.pk),
    }
    assert Activity.objects.get(code="flash-final-again").status == "draft"


def test_a_persons_import_needs_their_permissions(tmp_path: Path) -> None:
    imported(written(tmp_path, small()))
    for name, role in (("operator", Role.OPERATOR), ("analyst", Role.ANALYST)):
        user = create_user(username=name, password="x" * 12, actor="system:test")
        set_up_role(user=user, role=role)
    pricer = create_user(username="pricer", password="x" * 12, actor="system:test")
    pricer.user_permissions.add(Permission.objects.get(codename="change_sku"))
    priced, offered, shopped, guarded = small(), small(), small(), small()
    priced["catalog"]["skus"][0]["price"] = 1
    offered["activities"][0]["name"] = "改名"
    shopped["catalog"]["shops"][0]["name"] = "改名"
    guarded["catalog"]["skus"][0]["min_price"] = 5
    for who, pack in (
        ("analyst", priced),
        ("analyst", offered),
        ("operator", shopped),
        ("pricer", guarded),
    ):
        before = counts()
        with pytest.raises((CommandError, SystemExit)):
            imported(written(tmp_path, pack), "--user", who)
        assert counts() == before
    assert Sku.objects.get(code="A").price_amount == 19900
    imported(written(tmp_path, priced), "--user", "operator")
    imported(written(tmp_path, offered), "--user", "operator")
    assert Activity.objects.get().versions.get().editor_ids == [User.objects.get(username="operator").pk]
    assert Sku.objects.get(code="A").price_amount == 19900, "the last pack had the old price"
