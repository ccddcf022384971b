"""The demo pack read by the real documents, and its carts priced by the independent reading of the rules."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.offers.documents import read_activity, read_campaign, read_event, read_template
from apps.offers.submission import Facts, submission_faults
from apps.packs import demo
from apps.packs.demo.shift import FAIR_TZ, shifted
from apps.pricing.faults import Findings, Reader
from tests.oracle import price

FOLDER = Path(demo.__file__).parent
READERS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "events": read_event,
    "activities": read_activity,
    "coupon_templates": read_template,
    "claim_campaigns": read_campaign,
}


@pytest.fixture(scope="module")
def pack() -> dict[str, Any]:
    loaded = yaml.safe_load((FOLDER / "pack.yaml").read_text(encoding="utf-8"))
    as_json: dict[str, Any] = json.loads(json.dumps(loaded, default=datetime.isoformat))
    return as_json


def read(pack: dict[str, Any], findings: Findings) -> dict[str, list[dict[str, Any]]]:
    return {
        key: [reader(Reader(row, f"{key}[{place}]", findings)) for place, row in enumerate(pack[key])]
        for key, reader in READERS.items()
    }


def test_every_document_of_the_demo_is_read_without_a_fault(pack: dict[str, Any]) -> None:
    findings = Findings()
    documents = read(pack, findings)
    assert [str(fault) for fault in findings.faults] == []
    assert {key: len(rows) for key, rows in documents.items()} == {
        "events": 1,
        "activities": 26,
        "coupon_templates": 11,
        "claim_campaigns": 7,
    }


@pytest.mark.parametrize("hour", [0, 23])
def test_everything_could_be_submitted_on_whatever_day_the_demo_starts(
    pack: dict[str, Any], hour: int
) -> None:
    now = datetime(2028, 2, 29, hour, 59, tzinfo=FAIR_TZ)
    documents = read(shifted(pack, now), Findings())
    facts = Facts(validities={row["code"]: row["validity"] for row in documents["coupon_templates"]})
    offers = [row for key in READERS if key != "events" for row in documents[key]]
    assert [str(fault) for row in offers for fault in submission_faults(row, facts, now)] == []


def test_the_carts_show_what_they_promise(pack: dict[str, Any]) -> None:
    lines = (FOLDER / "carts.jsonl").read_text(encoding="utf-8").splitlines()
    quotes = [price(pack, json.loads(line)) for line in lines]
    used = [{offer["offer"] for offer in quote["offers"]} for quote in quotes]
    totals = [97600, 48800, 23842, 7380, 261800, 60877, 25280, 112150, 310800]
    assert [quote["payable_total"] for quote in quotes] == totals
    assert {"tee-direct-20", "jifeng-full", "jifeng-addon", "cross-300-50", "jifeng-500-60"} < used[0]
    assert "flash-allday" not in used[1]
    assert quotes[1]["discount_total"] == 15000 + 10000 + 6000 + 3000  # 20000 + 4000 + 5000 + 3000 with it
    assert "food-3-pieces-85" in used[2]
    assert used[3] == {"newcomer-price", "new-15", "freeship"}
    assert {"phone-set", "vip-999-120"} < used[4]
    assert [(gift["sku"], gift["quantity"]) for gift in quotes[5]["gifts"]] == [("SKN-11", 1)]
    assert "drinks-3-pay-2" in used[6]
    assert quotes[7]["lines"][0]["net_amount"] == quotes[7]["lines"][0]["list_amount"] == 50000
    assert {"shoes-2nd-half", "jifeng-full"} < used[7]
    assert {"flash-hourly", "flash-allday", "audio-85"} < used[8]
