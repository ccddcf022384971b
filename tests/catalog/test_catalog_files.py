"""SKUs in and out by file: read with every fault, looked at, applied in batches; shops and protection as always."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import User
from apps.approvals import uses
from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import Use
from apps.catalog.files import applying, exporting, reading
from apps.catalog.files.applying import start_applying
from apps.catalog.files.exporting import start_export
from apps.catalog.files.reading import start_reading
from apps.catalog.models import Brand, Shop, Sku
from apps.core import jobs
from apps.core.errors import DomainError, Forbidden
from apps.core.jobs import files, running
from apps.core.models import AuditEntry
from apps.core.spreadsheets import read_rows, write_xlsx
from tests.activities.cast import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = person("ann", "operator")
    user.language = "en"
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def goods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shops, three SKUs; batches of two."""
    for module in (reading, applying, exporting):
        monkeypatch.setattr(module, "BATCH", 2)
    Shop.objects.create(code="S1")
    Shop.objects.create(code="S2")
    Brand.objects.create(code="b1")
    Sku.objects.create(code="A", name="Shoe", shop_id="S1", price_amount=10_000, min_price_amount=5_000)
    Sku.objects.create(code="B", name="Hat", shop_id="S1", price_amount=2_000, tags=["new"])
    Sku.objects.create(code="C", name="Sock", shop_id="S2", price_amount=1_000)


def read(text: str, actor: User) -> jobs.Job:
    return jobs.run(start_reading(stream=io.BytesIO(text.encode()), actor=actor))


def applied(reading: jobs.Job, actor: User) -> jobs.Job:
    return jobs.run(start_applying(reading=reading, actor=actor, reason="season"))


def faults_of(job: jobs.Job) -> list[tuple[int, str, str]]:
    return [(line, column, why) for line, column, _cell, why in reading.faults_shown(job)]


@pytest.mark.usefixtures("goods")
def test_a_file_is_looked_at_before_anything_changes(ann: User) -> None:
    job = read("SKU,Name,Price,Brand,Tags\nA,Shoe,¥90.00,,\nB,Hat,20,,new\nN,New,1.5,b1,x;y\n", ann)

    numbers = {name: job.result[name] for name in ("new", "changed", "prices", "same", "absent", "faults")}
    assert numbers == {"new": 1, "changed": 1, "prices": 1, "same": 1, "absent": 1, "faults": 0}
    assert (job.done, job.total) == (3, 3)
    assert Sku.objects.get(pk="A").price_amount == 10_000


@pytest.mark.usefixtures("goods")
def test_applying_writes_new_and_changed_and_leaves_columns_that_are_not_there(ann: User) -> None:
    job = applied(read("sku,price,tags\nA,90,sale\nB,20,new\nN,1.5,x;y\n", ann), ann)

    assert job.told == "1 new, 1 changed, 1 unchanged."
    assert (job.done, job.total, job.percent) == (3, 3, 100)
    a, n = Sku.objects.get(pk="A"), Sku.objects.get(pk="N")
    assert (a.name, a.shop_id, a.price_amount, a.min_price_amount, a.tags) == (
        "Shoe",
        "S1",
        9_000,
        5_000,
        ["sale"],
    )
    assert (n.name, n.shop_id, n.price_amount, n.tags, n.excluded_from) == ("", None, 150, ["x", "y"], [])
    entries = AuditEntry.objects.filter(action="catalog.import").order_by("id")
    assert [
        entry.after["skus"]["created_codes"] + entry.after["skus"]["changed_codes"] for entry in entries
    ] == [
        ["A"],
        ["N"],
    ]
    assert {(entry.actor, entry.reason) for entry in entries} == {("user:ann", "season")}


@pytest.mark.usefixtures("goods")
def test_every_fault_is_told_with_row_and_column_and_good_rows_go_on(ann: User) -> None:
    job = read("SKU,Price,Brand\nA,9x,nobody\nB B,20,\nN,,\n\nA,80,\nA,81,\nP,1,,extra\n", ann)

    assert faults_of(job) == [
        (2, "Brand", "Nothing has this code."),
        (2, "Price", "Enter an amount such as 100 or 1,000.50."),
        (3, "SKU", "This is no code: 1 to 64 visible characters without spaces and /."),
        (4, "Price", "Every SKU has a price."),
        (7, "SKU", "This SKU stands in an earlier row, too."),
        (8, "–", "More cells than the first line has columns."),
    ]
    assert (job.result["faults"], job.result["faulty_rows"], job.result["changed"]) == (6, 5, 1)
    taken = b"".join(files.pieces(job.outputs.get())).decode()
    assert taken.splitlines()[0] == "\ufeffrow,column,cell,what is wrong"
    assert len(taken.splitlines()) == 7
    assert applied(job, ann).result["changed"] == 1
    assert Sku.objects.get(pk="A").price_amount == 8_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Price\n1\n", "no_columns"),
        ("SKU,SKU\nA,B\n", "no_columns"),
        ("SKU,Colour\nA,red\n", "unknown_columns"),
        ("SKU,Price\n", "empty_sheet"),
        ("SKU,Price\nA,\x00\n", "unreadable_file"),
    ],
)
@pytest.mark.usefixtures("goods")
def test_what_is_no_table_of_skus_fails_readably(ann: User, text: str, code: str) -> None:
    job = read(text, ann)
    assert (job.state, job.fault["code"]) == ("failed", code)
    assert job.fault_text


@pytest.mark.usefixtures("goods")
def test_new_skus_need_a_column_of_prices(ann: User) -> None:
    assert faults_of(read("SKU,Name\nN,New\n", ann)) == [
        (2, "Price", "This SKU is new, and the file has no column for prices.")
    ]


@pytest.mark.usefixtures("goods")
def test_people_of_one_shop_write_only_its_goods(ann: User) -> None:
    ann.shops = ["S1"]
    ann.save()
    job = read("SKU,Shop,Price\nA,S1,1\nC,S1,2\nN,S2,3\nP,,4\nQ,S1,5\n", ann)

    assert faults_of(job) == [
        (3, "SKU", "This SKU belongs to another shop or to the platform."),
        (4, "Shop", "You work for other shops: S1."),
        (5, "Shop", "You work for other shops: S1."),
    ]
    Sku.objects.filter(pk="A").update(shop_id="S2")  # moved away meanwhile
    assert applied(job, ann).result == {"created": 1, "changed": 0, "unchanged": 0, "asked": 0}
    assert (Sku.objects.get(pk="A").price_amount, Sku.objects.get(pk="Q").shop_id) == (10_000, "S1")


@pytest.mark.usefixtures("goods")
def test_minimum_prices_that_offers_depend_on_wait_for_another_person(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        uses, "_finders", {"sku": [lambda codes: [Use("a", "A", "activity")] if "A" in codes else []]}
    )
    job = applied(read("SKU,Price,Minimum price\nA,90,10\nC,9,5\n", ann), ann)

    assert job.result["asked"] == 2
    a = Sku.objects.get(pk="A")
    assert (a.price_amount, a.min_price_amount) == (9_000, 5_000)
    request = ApprovalRequest.objects.get(action="sku.protect")
    assert [change["after"]["min_price_amount"] for change in request.payload["changes"]] == [1_000, 500]


@pytest.mark.usefixtures("goods")
def test_a_cancelled_import_goes_on_where_it_stopped(ann: User) -> None:
    found = read("SKU,Price\nA,1\nB,2\nC,3\nD,4\n", ann)
    job = start_applying(reading=found, actor=ann)
    lease = running._take(job.pk)
    assert running._batch(job.pk, lease) is True
    jobs.cancel(job=job, actor=ann)
    assert list(Sku.objects.values_list("price_amount", flat=True)) == [100, 200, 1_000]
    job = jobs.run(jobs.take_up(job=job, actor=ann))
    assert (job.state, job.result["created"], job.result["changed"]) == ("done", 1, 3)
    assert list(Sku.objects.values_list("price_amount", flat=True)) == [100, 200, 300, 400]


@pytest.mark.usefixtures("goods")
def test_a_file_is_applied_once_and_by_whoever_read_it(ann: User) -> None:
    job = read("SKU,Price\nA,1\n", ann)
    with pytest.raises(DomainError) as refusal:
        start_applying(reading=job, actor=person("bob", "operator"))
    assert refusal.value.code == "not_read"
    applied(job, ann)
    with pytest.raises(DomainError) as refusal:
        start_applying(reading=job, actor=ann)
    assert refusal.value.code == "already_applied"


@pytest.mark.parametrize("role", ["approver", "analyst", "auditor", "administrator", "customer_service"])
def test_who_may_not_write_skus_reads_no_file(role: str) -> None:
    with pytest.raises(Forbidden):
        start_reading(stream=io.BytesIO(b"SKU,Price\nA,1\n"), actor=person("bob", role))
    assert jobs.Job.objects.count() == 0


@pytest.mark.parametrize("as_format", ["csv", "xlsx"])
@pytest.mark.usefixtures("goods")
def test_what_goes_out_comes_back_unchanged(ann: User, as_format: str) -> None:
    Sku.objects.filter(pk="A").update(name="=1+1", tags=["x", "y"], excluded_from=["coupons"], cost_amount=1)
    job = jobs.run(start_export(as_format=as_format, actor=ann))
    assert job.told == "3 SKUs."
    content = b"".join(files.pieces(job.outputs.get()))
    rows = list(read_rows(io.BytesIO(content)))
    assert rows[0] == [
        "SKU", "Name", "Shop", "Category", "Brand", "Tags", "Price", "Cost", "Floor price", "Minimum price",
        "Excluded from",
    ]  # fmt: skip
    assert rows[1][:7] == ["A", "=1+1", "S1", "", "", "x; y", "100.00" if as_format == "csv" else "100"]
    if as_format == "csv":
        assert b"'=1+1" in content
    back = jobs.run(start_reading(stream=io.BytesIO(content), actor=ann))
    assert (back.result["same"], back.result["new"], back.result["changed"], back.result["faults"]) == (
        3,
        0,
        0,
        0,
    )


@pytest.mark.usefixtures("goods")
def test_people_of_one_shop_take_away_its_goods_and_nobody_elses(ann: User) -> None:
    ann.shops = ["S2"]
    ann.save()
    job = jobs.run(start_export(as_format="csv", actor=ann))
    assert [row[0] for row in read_rows(files.open_file(job.outputs.get()))] == ["SKU", "C"]


@pytest.mark.usefixtures("goods")
def test_a_workbook_is_read_with_the_numbers_of_its_rows(ann: User) -> None:
    book = io.BytesIO()
    write_xlsx(book, ["sku", "售价"], [["A", 90], ["", ""], ["B", "x"]])
    job = jobs.run(start_reading(stream=book, actor=ann))
    assert (job.result["changed"], faults_of(job)[0][:2]) == (1, (4, "Price"))


@pytest.mark.usefixtures("goods")
def test_the_pages_lead_from_upload_to_apply(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    upload = SimpleUploadedFile("skus.csv", b"SKU,Price\nA,90\nB,x\n")
    answer = client.post("/admin/catalog/sku/files/", {"file": upload})
    job = jobs.run(jobs.Job.objects.get())
    page = client.get(answer["Location"]).content.decode()
    assert "Enter an amount such as 100 or 1,000.50." in page
    assert f"/admin/catalog/sku/files/{job.pk}/apply/" in page
    client.post(f"/admin/catalog/sku/files/{job.pk}/apply/", {"reason": "season"})
    jobs.run(jobs.Job.objects.get(kind="catalog.apply"))
    assert "1 changed" in client.get(answer["Location"]).content.decode()
    assert Sku.objects.get(pk="A").price_amount == 9_000
    assert client.post("/admin/catalog/sku/files/export/csv/").status_code == 302
    other = Client()
    reader = person("bob", "analyst")
    reader.is_staff = True
    reader.save()
    other.force_login(reader)
    assert other.get("/admin/catalog/sku/files/").status_code == 200
    assert other.post("/admin/catalog/sku/files/", {"file": upload}).status_code == 403
    assert other.get(answer["Location"]).status_code == 404
    assert other.post(f"/admin/catalog/sku/files/{job.pk}/apply/").status_code == 404
