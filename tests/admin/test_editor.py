"""The editor: what is typed becomes the document, faults stand beside their fields, nothing is lost."""

import pytest

from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.catalog.services.portal import set_goal_from
from tests.activities.cast import drafted, goods, person, picture
from tests.admin.typing import ADD, PREVIEW, SWAP, page_of, percentage, threshold
from tests.storefront import fair

pytestmark = pytest.mark.django_db


def content_of(code: str) -> dict:
    return Activity.objects.get(code=code).open_version().content


def test_a_threshold_is_drafted_from_what_people_type(ann, as_user):
    answer = as_user(ann).post(ADD, threshold(_save="1"))
    assert answer.status_code == 302
    content = content_of("full-300-50")
    assert content["params"] == {
        "metric": "amount",
        "tiers": [{"at": 30_000, "benefit": {"amount_off": 5_000}}],
        "repeat": False,
    }
    assert content["starts_at"] == "2030-11-10T12:00:00+00:00"
    assert content["ends_at"] == "2030-11-12T16:00:00+00:00"
    assert content["stacks_with"] == ["item", "shop", "shop_coupon", "platform_coupon", "shipping"]
    assert content["shop"] is None


def test_a_discount_is_typed_in_zhe_and_stored_in_basis_points(ann, as_user):
    as_user(ann).post(ADD, percentage(_save="1"))
    assert content_of("eighty")["params"] == {"bps": 2_000, "round_to": 1}


def test_85_in_a_discount_asks_what_is_meant_and_writes_nothing(ann, as_user):
    answer = as_user(ann).post(ADD, percentage(**{"params.bps": "85", "_save": "1"}))
    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        "params.bps": ["Do you mean 8.5折? For 85 percent off, write 85%."]
    }
    assert not Activity.objects.exists()


def test_every_fault_stands_beside_its_field(ann, as_user):
    typed = threshold(
        **{
            "name": "",
            "scope.mode": "include",
            "scope.brands": "nobody",
            "params.tiers[1].at": "200",
            "params.tiers[1].benefit.amount_off": "60",
            "_save": "1",
        }
    )
    errors = as_user(ann).post(ADD, typed).context["form"].errors
    assert errors == {
        "name": ["is required"],
        "scope.brands": ["no brand has the code nobody"],
        "params.tiers[0].benefit.amount_off": ["a higher tier must not give less than a lower one"],
    }
    assert not Activity.objects.exists()


def test_faults_speak_chinese_to_who_reads_it(ann, as_user):
    errors = as_user(ann, "zh-hans").post(ADD, threshold(name="", _save="1")).context["form"].errors
    assert errors == {"name": ["必填"]}


def test_a_row_left_empty_counts_for_nothing(ann, as_user):
    typed = threshold(**{"params.tiers[4].at": "", "params.tiers[7].at": "500", "_save": "1"})
    typed["params.tiers[7].benefit.amount_off"] = "90"
    as_user(ann).post(ADD, typed)
    tiers = content_of("full-300-50")["params"]["tiers"]
    assert [(tier["at"], tier["benefit"]["amount_off"]) for tier in tiers] == [
        (30_000, 5_000),
        (50_000, 9_000),
    ]


def test_prices_are_pasted_by_sku(ann, as_user):
    goods()
    typed = percentage(**{"kind": "flash_sale", "params.prices": "A\t59.90\nB 1,059", "_save": "1"})
    del typed["params.bps"], typed["params.round_to"]
    assert as_user(ann).post(ADD, typed).status_code == 302
    assert content_of("eighty")["params"] == {"prices": {"A": 5_990, "B": 105_900}}


def test_a_wrong_line_of_a_pasted_table_is_named(ann, as_user):
    goods()
    typed = percentage(**{"kind": "flash_sale", "params.prices": "A\t59.90\nA 5\nB\nB x", "_save": "1"})
    errors = as_user(ann).post(ADD, typed).context["form"].errors
    assert errors["params.prices"] == [
        "Line 2: A stands here twice.",
        "Line 3: Write the SKU and the number, separated by a space or a tab.",
        "Line 4: Enter an amount such as 100 or 1,000.50.",
    ]


@pytest.mark.parametrize(
    ("stacking", "stored"),
    [
        ("none", []),
        ("coupons", ["shop_coupon", "platform_coupon"]),
        ("all", ["item", "shop", "shop_coupon", "platform_coupon", "shipping"]),
        ("custom", ["item", "shipping"]),
    ],
)
def test_the_four_ways_to_stack(ann, as_user, stacking, stored):
    typed = threshold(stacking=stacking, stacks_with=["shipping", "item"], _save="1")
    as_user(ann).post(ADD, typed)
    assert content_of("full-300-50")["stacks_with"] == stored


def test_more_settings_reach_the_document_in_minor_units_and_codes(ann, as_user):
    goods()
    typed = percentage(
        **{
            "limits.per_customer_units": "2",
            "stock.total": "100",
            "stock.per_sku": "A 10",
            "budget.amount": "12万",
            "bearers[0].party": "platform",
            "bearers[0].bps": "60",
            "bearers[1].party": "shop",
            "bearers[1].bps": "40%",
            "goals[0].metric": "gmv",
            "goals[0].target": "100000",
            "goals[1].metric": "sell_through",
            "goals[1].target": "80",
            "placements": ["cart", "home"],
            "display.title.zh-hans": "全场八折",
            "display.badge.en": "20% off",
            "display.badge.zh-hans": "八折",
            "schedule.days": ["6", "7"],
            "schedule.sessions[0].from": "10:00",
            "schedule.sessions[0].to": "24:00",
            "schedule.tz": "Asia/Shanghai",
            "targeting.member_levels": "3, 4",
            "holdout_bps": "",
            "_save": "1",
        }
    )
    answer = as_user(ann).post(ADD, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    content = content_of("eighty")
    assert content["limits"]["per_customer_units"] == 2
    assert content["stock"] == {"total": 100, "per_sku": {"A": 10}, "per": "activity"}
    assert content["budget"] == {"amount": 12_000_000, "stop_below": 0}
    assert content["bearers"] == [{"party": "platform", "bps": 6_000}, {"party": "shop", "bps": 4_000}]
    assert content["goals"] == [
        {"metric": "gmv", "target": 10_000_000},
        {"metric": "sell_through", "target": 8_000},
    ]
    assert content["placements"] == ["home", "cart"]
    assert content["display"]["title"] == "全场八折"
    assert content["display"]["badge"] == {"zh-hans": "八折", "en": "20% off"}
    assert content["schedule"] == {
        "tz": "Asia/Shanghai",
        "days": [6, 7],
        "sessions": [{"from": "10:00", "to": "00:00"}],
    }
    assert content["targeting"]["member_levels"] == [3, 4]


def test_saving_what_the_page_shows_changes_nothing(ann, as_user):
    activity = drafted(
        ann,
        starts_at="2030-11-10T12:00:00+00:00",
        ends_at="2030-11-12T16:00:00+00:00",
        params={"value": 1_050},
        scope={"mode": "include", "skus": ["A", "B"], "except": {"skus": ["B"]}},
        display={"title": "标题", "badge": {"zh-hans": "惠", "en": "deal"}},
        goals=[{"metric": "aov", "target": 12_345}],
        bearers=[{"party": "platform", "bps": 10_000}],
        schedule={"tz": "Asia/Tokyo", "days": [1], "sessions": [{"from": "10:00", "to": "12:00"}]},
        stacks_with=["platform"],
        holdout_bps=1_250,
    )
    before = picture(activity)
    client = as_user(ann)
    form = client.get(page_of(activity)).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in typed.items() if value not in (None, False, "")}
    answer = client.post(page_of(activity), {**sent, "revision": "1", "_save": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert picture(activity) == before


def test_the_second_of_two_editors_is_told_and_keeps_what_they_typed(ann, ben, as_user):
    client = as_user(ann)
    client.post(ADD, threshold(_save="1"))
    activity = Activity.objects.get()
    as_user(ben).post(page_of(activity), threshold(revision="1", name="本的", _save="1"))
    before = picture(activity)
    answer = client.post(page_of(activity), threshold(revision="1", name="安的", _save="1"))
    assert answer.status_code == 409
    assert answer.context["form"]["name"].value() == "安的"
    assert [(line.label, line.old, line.new) for line in answer.context["conflict"]["lines"]] == [
        ("Name", "本的", "安的")
    ]
    assert picture(activity) == before


def test_having_seen_the_other_version_one_may_save_over_it(ann, ben, as_user):
    client = as_user(ann)
    client.post(ADD, threshold(_save="1"))
    activity = Activity.objects.get()
    as_user(ben).post(page_of(activity), threshold(revision="1", name="本的", _save="1"))
    answer = client.post(page_of(activity), threshold(revision="1", accept="2", name="安的", _save="1"))
    assert answer.status_code == 302
    assert content_of("full-300-50")["name"] == "安的"


def test_what_could_not_be_submitted_yet_is_put_right_on_the_same_page(ann, as_user):
    """Given a goal that the budget asks for, when it is added there, then the same draft goes on its way."""
    goods()
    fair.set_up()
    set_goal_from(amount=100, actor=person("root", "administrator"), reason="goals first")
    client = as_user(ann)
    typed = threshold(**{"_submit": "1", "budget.amount": "1000"})
    answer = client.post(ADD, typed)
    activity = Activity.objects.get()
    assert answer.context["here"] == page_of(activity)
    assert f'action="{page_of(activity)}"' in answer.content.decode()
    assert [(one.field, one.label) for one in answer.context["mistakes"]] == [("goals", "Goals")]
    goal = {"goals[0].metric": "gmv", "goals[0].target": "5000", "revision": str(answer.context["revision"])}
    assert client.post(answer.context["here"], typed | goal).status_code == 302
    assert Activity.objects.get().open_version().content["goals"] == [{"metric": "gmv", "target": 500_000}]


def test_submitting_leads_to_the_confirmation_only_when_nothing_blocks(ann, as_user):
    goods()
    client = as_user(ann)
    answer = client.post(ADD, threshold(_submit="1", ends_at="2030-11-09T20:00"))
    assert answer.context["form"].errors == {"ends_at": ["must be after the start"]}
    activity = Activity.objects.get()
    assert activity.status == "draft"
    answer = client.post(page_of(activity), threshold(revision="1", _submit="1"))
    assert answer.headers["Location"] == page_of(activity, "do", "submit")


def test_the_preview_says_the_sentence_counts_goods_and_prices_a_sample(ann, as_user):
    Sku.objects.create(code="A", name="甲", price_amount=10_000)
    Sku.objects.create(code="B", name="乙", price_amount=40_000)
    answer = as_user(ann, "zh-hans").post(PREVIEW, threshold()).json()
    assert answer["sentence"] == "2030年11月10日20:00至2030年11月12日24:00，满300减50"
    assert answer["faults"] == {}
    assert "<strong>2</strong> 个 SKU 参加" in answer["panel"]
    assert "¥250" in answer["panel"]
    assert "¥350" in answer["panel"]


def test_the_preview_names_faults_by_field_and_writes_nothing(ann, as_user):
    answer = as_user(ann).post(PREVIEW, percentage(**{"params.bps": "120%", "name": ""})).json()
    assert answer["faults"] == {"name": ["is required"], "params.bps": ["A discount can't be over 100%."]}
    assert not Activity.objects.exists()


def test_nothing_in_scope_is_said_while_typing(ann, as_user):
    answer = as_user(ann).post(PREVIEW, percentage()).json()
    assert answer["faults"] == {"scope.mode": ["no SKU is in scope"]}


def test_choosing_another_kind_asks_for_its_parameters_and_keeps_the_rest(ann, as_user):
    html = as_user(ann).post(SWAP, threshold(kind="n_for_price", name="任选")).content.decode()
    assert 'name="params.n"' in html
    assert 'name="params.value"' in html
    assert "params.tiers" not in html
    assert 'value="任选"' in html
    assert 'name="limits.per_customer_units"' not in html


def test_counting_pieces_asks_for_a_number_instead_of_an_amount(ann, as_user):
    html = as_user(ann).post(SWAP, threshold(**{"params.metric": "quantity"})).content.decode()
    assert "From (pieces)" in html
    assert "From (amount)" not in html


def test_every_kind_of_activity_has_a_form_of_its_own_parameters(ann, as_user):
    from apps.offers.documents.activity import ACTIVITY_KINDS
    from apps.pricing.kinds import KINDS

    client = as_user(ann)
    for code in ACTIVITY_KINDS:
        form = client.get(f"{ADD}?kind={code}").context["form"]
        asked = {
            name.split("[")[0].removeprefix("params.") for name in form.fields if name.startswith("params.")
        }
        assert asked == {declared.name for declared in KINDS[code].params()}, code


def test_a_draft_on_record_saves_itself_and_says_its_revision(ann, as_user):
    client = as_user(ann)
    client.post(ADD, threshold(_save="1"))
    activity = Activity.objects.get()
    answer = client.post(page_of(activity), threshold(revision="1", name="新名", _auto="1"))
    assert answer.json() == {"revision": 2}
    assert content_of("full-300-50")["name"] == "新名"


def test_saving_by_itself_never_overwrites_somebody_else(ann, ben, as_user):
    client = as_user(ann)
    client.post(ADD, threshold(_save="1"))
    activity = Activity.objects.get()
    as_user(ben).post(page_of(activity), threshold(revision="1", name="本的", _save="1"))
    before = picture(activity)
    answer = client.post(page_of(activity), threshold(revision="1", name="安的", _auto="1"))
    assert list(answer.json()) == ["conflict"]
    assert picture(activity) == before


def test_what_cannot_be_saved_yet_is_left_alone_quietly(ann, as_user):
    client = as_user(ann)
    client.post(ADD, threshold(_save="1"))
    activity = Activity.objects.get()
    before = picture(activity)
    assert client.post(page_of(activity), threshold(revision="1", name="", _auto="1")).json() == {}
    assert picture(activity) == before


def test_a_kind_that_names_its_goods_counts_only_those(ann, as_user):
    goods()
    typed = percentage(**{"kind": "flash_sale", "params.prices": "A\t59"})
    del typed["params.bps"], typed["params.round_to"]
    answer = as_user(ann).post(PREVIEW, typed).json()
    assert "<strong>1</strong> SKU in scope" in answer["panel"]
    assert "¥59" in answer["panel"]
