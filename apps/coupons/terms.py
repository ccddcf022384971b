"""Templates as issuing sees them: whether they give, what one coupon costs at most, how long it lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

from apps.core.prepared import fetch_prepared
from apps.coupons.parts import Budget, Part, left
from apps.coupons.refusals import template_closed, unknown_template
from apps.coupons.worst_case import worst_case
from apps.offers.compile import instant
from apps.offers.documents.template import ValidityMode
from apps.offers.lifecycle import TemplateState

DAY = timedelta(hours=24)

# The templates of these codes with the parts of their budgets, as texts for `read_templates`.
TEMPLATES = """ARRAY(
    SELECT json_build_array(t.code, t.status, t.use_stopped_at IS NULL, t.shop_code, tv.number, tv.content::text, (
        SELECT json_agg(json_build_array(a.id, a.bucket, a.total_quantity, a.issued_quantity, a.total_amount,
            a.reserved_amount, a.spent_amount) ORDER BY a.bucket)
        FROM coupons_templateallowance a WHERE a.template = t.code))::text
    FROM coupons_coupontemplate t JOIN coupons_templateversion tv ON tv.id = t.current_id
    WHERE t.code = ANY({codes})
)"""

NAMED = f"SELECT {TEMPLATES.format(codes='%(templates)s')}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What of an approved document issuing needs. `worst` None: a coupon's cost has no bound."""

    name: str
    validity: Mapping[str, Any] | None
    worst: int | None
    budget: Budget


@lru_cache(maxsize=4_096)
def terms_in(content: str) -> Terms:
    document = orjson.loads(content)
    worst, budget = worst_case(document), document["budget"]
    amount = None if worst is None else budget["amount"]
    return Terms(document["name"], document["validity"], worst, Budget(budget["quantity"], amount))


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was approved once, as it stands now: `usable` while issued coupons may be used."""

    code: str
    status: str
    usable: bool
    shop: str
    version: int
    terms: Terms
    parts: tuple[Part, ...]

    @property
    def reserve(self) -> int:
        """What one coupon reserves of the budget, in minor units."""
        return (self.terms.worst or 0) if self.terms.budget.amount is not None else 0

    @property
    def left(self) -> int:
        """How many more coupons the budget gives."""
        return left(self.parts, self.terms.budget, self.reserve)

    def validity(self, now: datetime) -> tuple[datetime, datetime | None]:
        """From when until when a coupon issued `now` may be used; without end: always."""
        validity = self.terms.validity
        if validity is None:
            return now, None
        if validity["mode"] == ValidityMode.RELATIVE:
            starts = now + validity["delay_days"] * DAY
            return starts, starts + validity["days"] * DAY
        starts_at, ends_at = instant(validity["from"]), instant(validity["until"])
        assert starts_at is not None
        return starts_at, ends_at

    def with_parts(self, parts: Iterable[Part]) -> Template:
        return replace(self, parts=tuple(parts))

    def gives(self, now: datetime) -> bool:
        """Whether coupons may be issued at all: approved, not stopped, and not dead at birth."""
        ends_at = self.validity(now)[1]
        return self.status == TemplateState.APPROVED and self.usable and (ends_at is None or ends_at > now)


def read_templates(rows: Iterable[str]) -> dict[str, Template]:
    """What TEMPLATES gave, by code; a template that was never approved is not among them."""
    found = {}
    for row in rows:
        code, status, usable, shop, version, content, parts = orjson.loads(row)
        kept = tuple(Part(*part) for part in parts or ())
        found[code] = Template(code, status, usable, shop, version, terms_in(content), kept)
    return found


def templates_now(codes: Iterable[str]) -> dict[str, Template]:
    """These templates, one statement; those never approved are left out."""
    (rows,) = fetch_prepared(NAMED, {"templates": sorted(set(codes))})
    return read_templates(rows)


def open_templates(codes: Iterable[str], now: datetime) -> dict[str, Template]:
    """The same where all of them give coupons now; raises unknown_template, template_closed."""
    wanted = sorted(set(codes))
    found = templates_now(wanted)
    check_open(wanted, found, now)
    return found


def check_open(codes: Iterable[str], found: Mapping[str, Template], now: datetime) -> None:
    for code in codes:
        if code not in found:
            raise unknown_template(code)
        if not found[code].gives(now):
            raise template_closed(code)
