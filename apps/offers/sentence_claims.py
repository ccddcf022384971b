"""The part of the sentence that says how coupons of a claim campaign reach customers, and how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.offers.documents.campaign import CampaignMode
from apps.offers.sentence_when import count
from apps.pricing.kinds import Wording

Json = Mapping[str, Any]

MODE_WORDS = {
    CampaignMode.CLAIM: ("顾客领取", "for whoever claims"),
    CampaignMode.PUSH: ("群发", "granted to all"),
    CampaignMode.ON_REGISTRATION: ("注册送", "on registration"),
    CampaignMode.ON_LEVEL_UP: ("升级送", "on a new level"),
    CampaignMode.ON_BIRTHDAY: ("生日送", "on birthdays"),
    CampaignMode.ON_PAID: ("支付后送", "after a payment"),
}
#: limit -> how it is said, in Chinese and in English
CLAIM_WORDS = (
    ("quantity", "共{}份", "{} in all"),
    ("per_customer", "每人限{}份", "{} per customer"),
    ("per_customer_per_day", "每人每天限{}份", "{} per customer a day"),
)


def claims(content: Json, words: Wording) -> list[str]:
    """Nothing of documents that are no claim campaigns; what is not filled in yet is left out."""
    items = content.get("items")
    if not items:
        return []
    coupons = sum(item.get("quantity") or 1 for item in items)
    zh, en = MODE_WORDS[CampaignMode(content.get("mode") or CampaignMode.CLAIM)]
    said = [words.pick(f"{zh}{coupons}张券", f"{count(coupons, 'coupon')} {en}")]
    for name, in_chinese, in_english in CLAIM_WORDS:
        if number := content.get(name):
            said.append(words.pick(in_chinese, in_english).format(f"{number:,}"))
    if (slots := len(content.get("releases") or ())) > 1:
        said.append(words.pick(f"分{slots}场放量", f"released in {slots} slots"))
    return said
