"""What can be taken away from the page: the price in a sentence for a customer, and the call that asks the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from apps.offers.admin.words import local_time
from apps.orders.simulator.question import Question
from apps.orders.simulator.waterfall import Waterfall
from apps.pricing.money import format_money


def sentence(result: Waterfall, moment: datetime | None) -> str:
    """「杯子 ×2，原价 ¥200：秒杀 −¥40，满减 −¥20，到手价 ¥140。」, with the time where it is not now."""
    currency = result.answer["currency"]
    goods = _(", ").join(f"{line['name'] or line['sku']} ×{line['quantity']}" for line in result.lines)
    steps = [f"{step.name} −{format_money(step.discount, currency)}" for step in result.steps]
    said = {
        "goods": goods,
        "original": format_money(result.start, currency),
        "steps": _(", ").join(steps),
        "price": format_money(result.payable, currency),
    }
    if steps:
        text = _("%(goods)s, originally %(original)s: %(steps)s, to pay %(price)s.") % said
    else:
        text = _("%(goods)s: %(price)s, no offer applies.") % said
    return f"{local_time(moment)} {text}" if moment is not None else text


def request_text(body: Mapping[str, Any]) -> str:
    """The call as a shop's server would send it."""
    document = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    return f"POST /api/v1/quotes\nAuthorization: Api-Key …\nContent-Type: application/json\n\n{document}"


def beyond(question: Question, *, past: bool) -> list[str]:
    """What the call cannot ask, so that it may answer otherwise."""
    found = []
    if past:
        found.append(_("the versions of then: a call prices any moment by today's versions"))
    if question.drafts:
        found.append(_("drafts"))
    if question.without:
        found.append(_("leaving an offer out"))
    if question.coupons:
        found.append(_("coupons that nobody has"))
    return found
