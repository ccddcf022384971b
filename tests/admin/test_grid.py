"""The SKU table: typed as people type, judged by the editor's words, written through the drafts' own service."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from apps.activities import services
from apps.activities.models import Activity, ActivityStop
from apps.catalog.models import Sku
from apps.core.models import AuditEntry
from tests.activities.cast import approved, drafted, live, picture
from tests.admin.typing import page_of

pytestmark = pytest.mark.django_db

PRICES = {"A": 8_000, "B": 9_000}


@pytest.fixture
def catalogue(db):
    Sku.objects.create(
        code="A", name="跑鞋", price_amount=10_000, cost_amount=5_000, floor_price_amount=7_000
    )
    Sku.objects.create(code="B", name="袜子", price_amount=10_000, cost_amount=9_500)
    Sku.objects.create(code="C", name="帽子", price_amount=20_000, min_price_amount=15_000)


def flash(**changes):
    return {"kind": "flash_sale", "params": {"prices": PRICES}, "stock": {"per_sku": {"A": 10}}, **changes}


@pytest.fixture
def draft(catalogue, ann):
    return drafted(ann, "flash", **flash())


def verb(thing, name):
    return page_of(thing, "goods", name)


def post(client, thing, name, **body):
    return client.post(verb(thing, name), json.dumps(body), content_type="application/json")


def table(client, thing):
    return client.get(verb(thing, "rows")).json()


def problems(row):
    return [(code, text) for code, _level, text in row["problems"]]


def content_of(thing):
    return Activity.objects.get(pk=thing.pk).open_version().content


def test_the_table_shows_every_sku_with_amounts_as_people_write_them(ann, as_user, draft):
    said = table(as_user(ann, "zh-hans"), draft)
    assert (said["version"], said["revision"], said["limit"]) == (1, 1, "")
    first, second = said["rows"]
    assert first == {
        "sku": "A",
        "name": "跑鞋",
        "price": "80.00",
        "amount": 8_000,
        "stock": "10",
        "list": "¥100",
        "cost": "¥50",
        "floor": "¥70",
        "discount": "8折",
        "margin": "¥30 (38%)",
        "problems": [],
        "state": "",
        "was": "",
    }
    assert problems(second) == [("below_cost", "低于成本 ¥95")]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (["A", "60", ""], [("below_floor", "below the floor price ¥70")]),
        (["A", "100", ""], [("no_discount", "no lower than the original price")]),
        (["A", "100.01", ""], [("above_list", "above the original price ¥100")]),
        (["A", "75", "0"], [("no_stock", "no unit at this price")]),
        (
            ["C", "19.99", ""],
            [
                ("below_minimum", "below the minimum price: customers pay ¥150"),
                ("deep", "less than a tenth of the original price: is a digit missing?"),
            ],
        ),
        (
            ["A", "x", "1.5"],
            [
                ("fault", "Activity price: Enter an amount such as 100 or 1,000.50."),
                ("fault", "Stock: Enter whole numbers."),
            ],
        ),
        (["A", "", ""], [("fault", "Activity price: is required")]),
        (["Z", "5", ""], [("unknown", "no SKU has the code Z")]),
        (["", "5", ""], [("fault", "SKU: must be 1 to 64 visible ASCII characters without /")]),
        (["A", "¥1,059.90 ", ""], [("above_list", "above the original price ¥100")]),
        (["A", "８０元", ""], []),
    ],
)
def test_every_row_is_judged_with_its_reasons(ann, as_user, draft, typed, found):
    answer = post(as_user(ann), draft, "check", rows=[typed], limit="")
    assert problems(answer.json()["rows"][0]) == found


def test_a_sku_that_stands_twice_is_named(ann, as_user, draft):
    rows = [["A", "80", ""], ["A", "70", ""]]
    answer = post(as_user(ann), draft, "check", rows=rows, limit="").json()
    assert [problems(row) for row in answer["rows"]] == [[], [("fault", "A stands here twice.")]]


def test_saving_writes_the_draft_with_prices_stock_and_limit(ann, as_user, draft):
    rows = [["A", "79.90", "20"], ["C", "¥180", ""]]
    answer = post(as_user(ann), draft, "save", rows=rows, limit="2", version=1, revision=1)
    assert (answer.json()["revision"], answer.json()["limit"]) == (2, "2")
    content = content_of(draft)
    assert content["params"] == {"prices": {"A": 7_990, "C": 18_000}}
    assert content["stock"]["per_sku"] == {"A": 20}
    assert content["limits"]["per_customer_sku_units"] == 2
    assert AuditEntry.objects.filter(action="activity.edit", subject_code="flash").count() == 1


def test_faults_come_back_by_row_and_nothing_is_written(ann, as_user, draft):
    before = picture(draft)
    rows = [["A", "80", ""], ["Z", "5", ""]]
    answer = post(as_user(ann), draft, "save", rows=rows, limit="", version=1, revision=1)
    assert answer.json()["refused"] == "faults"
    assert [problems(row) for row in answer.json()["rows"]] == [[], [("unknown", "no SKU has the code Z")]]
    answer = post(as_user(ann), draft, "save", rows=[["A", "80", ""]], limit="0", version=1, revision=1)
    assert answer.json()["limit"] == ["must be at least 1"]
    assert picture(draft) == before


def test_an_empty_table_is_refused_with_the_documents_own_words(ann, as_user, draft):
    before = picture(draft)
    answer = post(as_user(ann), draft, "save", rows=[], limit="", version=1, revision=1)
    assert answer.json()["refused"] == "faults"
    assert answer.json()["error"].endswith("give either value or prices")
    assert picture(draft) == before


def test_a_save_over_somebody_elses_is_a_conflict_with_theirs_in_sight(ann, ben, as_user, draft):
    theirs = [["A", "75", "10"], ["B", "90", ""]]
    assert (
        post(as_user(ben), draft, "save", rows=theirs, limit="", version=1, revision=1).json()["revision"]
        == 2
    )
    before = picture(draft)
    mine = [["A", "80", "10"], ["C", "190", ""]]
    answer = post(as_user(ann), draft, "save", rows=mine, limit="", version=1, revision=1)
    said = answer.json()
    assert said["refused"] == "conflict"
    assert said["difference"]["counts"] == {
        "added": 1, "repriced": 1, "restocked": 0, "removed": 1, "same": 0,
    }  # fmt: skip
    assert said["difference"]["lines"][0] == {
        "group": "repriced", "sku": "A", "name": "跑鞋", "old": "¥75 · 10 units", "new": "¥80 · 10 units",
    }  # fmt: skip
    assert (said["theirs"]["version"], said["theirs"]["revision"]) == (1, 2)
    assert picture(draft) == before
    again = post(as_user(ann), draft, "save", rows=mine, limit="", version=1, revision=2)
    assert again.json()["revision"] == 3


def test_saving_over_what_runs_opens_a_draft_beside_it(ann, cleo, as_user, catalogue):
    activity = approved(ann, cleo, "flash", **flash())
    answer = post(as_user(ann), activity, "save", rows=[["A", "75", "10"]], limit="", version=1, revision=1)
    assert answer.json()["version"] == 2
    activity.refresh_from_db()
    assert activity.current.content["params"]["prices"] == PRICES
    assert content_of(activity)["params"]["prices"] == {"A": 7_500}
    row = answer.json()["rows"][0]
    assert (row["state"], row["was"]) == ("repriced", "¥80")
    stale = post(as_user(ann), activity, "save", rows=[["A", "70", "10"]], limit="", version=1, revision=1)
    assert stale.json()["refused"] == "conflict"


def test_what_has_started_says_what_can_no_longer_change(ann, cleo, as_user, catalogue):
    activity = live(ann, cleo, "flash", **flash())
    rows = [["A", "75", "10"], ["B", "90", ""], ["A ", "80", "5"], ["C", "180", ""]]
    answer = post(as_user(ann), activity, "check", rows=rows[:2] + rows[3:], limit="").json()["rows"]
    prices = ("runs", "It runs already: prices and SKUs can no longer change.")
    assert [prices in problems(row) for row in answer] == [True, False, True]
    less = post(as_user(ann), activity, "check", rows=[["A", "80", "5"]], limit="").json()["rows"][0]
    more = post(as_user(ann), activity, "check", rows=[["A", "80", "50"]], limit="").json()["rows"][0]
    assert problems(less) == [("runs", "It runs already: stock can only grow.")]
    assert problems(more) == []


def test_one_sku_is_stopped_from_the_table_at_once(ann, ben, cleo, as_user, catalogue):
    activity = live(ann, cleo, "flash", **flash())
    unsaid = post(as_user(ben), activity, "stop", sku="A", reason=" ")
    assert unsaid.json() == {"refused": "reason_required", "error": "Say why."}
    other = post(as_user(ben), activity, "stop", sku="C", reason="价格错了")
    assert other.json()["error"] == "Not in this activity: C."
    assert not ActivityStop.objects.exists()
    assert post(as_user(ben), activity, "stop", sku="A", reason="价格错了").json() == {"stopped": "A"}
    stop = ActivityStop.objects.get()
    assert (stop.sku, stop.reason, stop.placed_by) == ("A", "价格错了", ben)
    states = {row["sku"]: row["state"] for row in table(as_user(cleo), activity)["rows"]}
    assert states == {"A": "stopped", "B": ""}


def test_who_only_reads_may_look_and_take_away_but_not_write(ann, cleo, mia, as_user, draft):
    before = picture(draft)
    for reader in (cleo, mia):
        client = as_user(reader)
        page = client.get(page_of(draft, "goods"))
        assert page.status_code == 200
        assert b"pp-grid-save" not in page.content
        assert client.get(verb(draft, "csv")).status_code == 200
        saved = post(client, draft, "save", rows=[["A", "1", ""]], limit="", version=1, revision=1)
        assert saved.status_code == 403
        assert post(client, draft, "stop", sku="A", reason="x").json()["refused"] == "not_in_scope"
    assert picture(draft) == before
    assert not ActivityStop.objects.exists()


def test_nobody_looks_without_the_right_and_verbs_answer_to_one_method(
    ann, as_user, draft, django_user_model
):
    stranger = as_user(django_user_model.objects.create_user("stranger"))
    assert stranger.get(verb(draft, "rows")).status_code == 403
    client = as_user(ann)
    assert client.get(verb(draft, "save")).status_code == 405
    assert client.post(verb(draft, "rows")).status_code == 405
    assert client.get(verb(draft, "nothing")).status_code == 404


def test_in_review_the_table_is_for_reading(ann, as_user, draft):
    services.submit(thing=draft, actor=ann)
    page = as_user(ann).get(page_of(draft, "goods"))
    assert b'id="pp-grid-reading"' in page.content
    answer = post(as_user(ann), draft, "save", rows=[["A", "75", ""]], limit="", version=1, revision=1)
    assert answer.json()["refused"] == "in_review"
    assert "in review" in answer.json()["error"]


def test_a_kind_without_prices_by_sku_has_no_table(ann, as_user, catalogue):
    activity = drafted(ann)
    assert as_user(ann).get(page_of(activity, "goods")).status_code == 404
    assert b"pp-grid-link" not in as_user(ann).get(page_of(activity)).content


def test_one_price_for_all_gives_way_to_prices_by_sku(ann, as_user, catalogue):
    activity = drafted(ann, "one", **flash(params={"value": 5_000}, stock={}))
    page = as_user(ann).get(page_of(activity, "goods"))
    assert "All goods have one price now, ¥50." in page.content.decode()
    post(as_user(ann), activity, "save", rows=[["A", "75", ""]], limit="", version=1, revision=1)
    assert content_of(activity)["params"] == {"prices": {"A": 7_500}}


def test_a_scope_that_names_skus_follows_the_table(ann, as_user, catalogue):
    scope = {"mode": "include", "skus": ["A", "B"]}
    activity = drafted(ann, "named", **flash(scope=scope))
    rows = [["A", "75", ""], ["C", "180", ""]]
    assert (
        "refused"
        not in post(as_user(ann), activity, "save", rows=rows, limit="", version=1, revision=1).json()
    )
    assert content_of(activity)["scope"]["skus"] == ["A", "C"]


def test_a_sku_outside_the_scope_is_told(ann, as_user, catalogue):
    activity = drafted(ann, "out", **flash(scope={"mode": "exclude", "skus": ["A"]}))
    rows = table(as_user(ann), activity)["rows"]
    assert [("outside", "not among the activity's goods") in problems(row) for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("rule", "value", "prices", "left"),
    [
        ("discount", "8折", ["80.00", "160.00"], 0),
        ("discount", "12.5%", ["87.50", "175.00"], 0),
        ("minus", "30", ["70.00", "170.00"], 0),
        ("minus", "150", ["85.55", "50.00"], 1),
        ("nine", "", ["79.00", "119.00"], 0),
        ("point_nine", "", ["84.90", "127.90"], 0),
        ("point_ninety_nine", "", ["84.99", "127.99"], 0),
    ],
)
def test_prices_are_filled_by_rule_in_whole_fen(ann, as_user, draft, rule, value, prices, left):
    rows = [["A", "85.55", "3"], ["C", "128", ""]]
    answer = post(as_user(ann), draft, "fill", rule=rule, value=value, rows=rows).json()
    assert [row["price"] for row in answer["rows"]] == prices
    assert [row["stock"] for row in answer["rows"]] == ["3", ""]
    assert answer["left"] == left


def test_85_as_a_discount_asks_what_is_meant(ann, as_user, draft):
    rows = [["A", "80", ""]]
    answer = post(as_user(ann, "zh-hans"), draft, "fill", rule="discount", value="85", rows=rows)
    assert answer.json() == {
        "refused": "doubtful",
        "error": "您是指8.5折吗？若是减 85%，请写 85%。",
        "meant": "8.5折",
    }


def upload(client, thing, content, rows=(), name="prices.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(verb(thing, "sheet"), {"file": file, "rows": json.dumps(list(rows))})


def test_a_file_is_compared_with_the_table_before_it_counts(ann, as_user, draft):
    before = picture(draft)
    rows = [["A", "80.00", "10"], ["B", "90.00", ""]]
    content = "SKU,名称,活动价,每人限购\nA,跑鞋,¥75,2\nC,帽子,180,2\n".encode("gb18030")
    said = upload(as_user(ann), draft, content, rows).json()
    assert said["replace"]["counts"] == {
        "added": 1, "repriced": 1, "restocked": 0, "removed": 1, "same": 0,
    }  # fmt: skip
    assert said["update"]["counts"] == {
        "added": 1, "repriced": 1, "restocked": 0, "removed": 0, "same": 1,
    }  # fmt: skip
    assert [(row["sku"], row["price"], row["stock"]) for row in said["rows"]] == [
        ("A", "¥75", "10"),
        ("C", "180", ""),
    ]
    assert (said["limit"], said["faulty"]) == ("2", 0)
    assert picture(draft) == before


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "There is no row in it."),
        (b"a,b,c,d,e\n1,2,3,4,5\n", "Name the columns SKU and activity price in the first line."),
        (b"SKU,stock\nA,5\n", "Name the columns SKU and activity price in the first line."),
        (
            b"SKU,price,limit\nA,5,1\nB,5,2\n",
            "One limit counts for every SKU of an activity, and the rows name several: 1, 2.",
        ),
        (b"\x00\x01", "This is neither a CSV nor an XLSX file that can be read."),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(ann, as_user, draft, content, error):
    answer = upload(as_user(ann), draft, content)
    assert answer.json()["error"] == error
    assert "rows" not in answer.json()


def test_what_is_taken_away_comes_back_unchanged(ann, as_user, draft):
    client = as_user(ann, "zh-hans")
    taken = b"".join(client.get(verb(draft, "xlsx")).streaming_content)
    sheet = load_workbook(io.BytesIO(taken)).active
    assert [cell.value for cell in sheet[1]] == [
        "SKU", "名称", "原价", "成本", "底价", "活动价", "折扣", "毛利", "活动库存", "每人限购", "状态", "问题",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[2]][:10] == [
        "A",
        "跑鞋",
        100,
        50,
        70,
        80,
        "8折",
        "¥30 (38%)",
        10,
        None,
    ]
    text = b"".join(client.get(verb(draft, "csv")).streaming_content)
    rows = [["A", "80.00", "10"], ["B", "90.00", ""]]
    for content in (taken, text):
        said = upload(as_user(ann), draft, content, rows).json()
        assert said["replace"]["counts"] == {
            "added": 0, "repriced": 0, "restocked": 0, "removed": 0, "same": 2,
        }  # fmt: skip


def test_names_that_look_like_formulas_go_out_as_text(ann, as_user, draft):
    Sku.objects.filter(code="A").update(name="=cmd()")
    text = b"".join(as_user(ann).get(verb(draft, "csv")).streaming_content).decode()
    assert ",'=cmd()," in text


@pytest.mark.parametrize(
    "body",
    ["[]", "nonsense", '{"rows": 5}', '{"rows": [["A"]]}', '{"rows": [["A", 5, null]]}', "[" * 100_000],
)
def test_what_is_no_table_at_all_is_refused(ann, as_user, draft, body):
    answer = as_user(ann).post(verb(draft, "check"), body, content_type="application/json")
    assert answer.json()["refused"] == "bad_rows"


#: with session and person, which every page asks for
QUERIES = {"rows": 8, "check": 8, "save": 23}


@pytest.mark.parametrize("size", [10, 500])
def test_the_number_of_statements_is_the_same_for_any_number_of_rows(
    ann, as_user, catalogue, size, django_assert_num_queries
):
    Sku.objects.bulk_create(Sku(code=f"S{i}", price_amount=10_000) for i in range(size))
    prices = {f"S{i}": 5_000 for i in range(size)}
    activity = drafted(ann, "many", **flash(params={"prices": prices}, stock={}))
    client = as_user(ann)
    rows = [[sku, "50.00", ""] for sku in prices]
    with django_assert_num_queries(QUERIES["rows"]):
        assert len(table(client, activity)["rows"]) == size
    with django_assert_num_queries(QUERIES["check"]):
        post(client, activity, "check", rows=rows, limit="")
    rows[0][1] = "49"
    with django_assert_num_queries(QUERIES["save"]):
        assert (
            "refused" not in post(client, activity, "save", rows=rows, limit="", version=1, revision=1).json()
        )
