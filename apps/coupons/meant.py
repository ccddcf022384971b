"""Who of many customers a campaign means, for coupons that nobody asks for: asked in chunks, in the order of their ids.

Channels and terminals belong to a customer who is in a shop; here there is none, so they restrict nothing. A region is
the stored one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection

from apps.audiences.membership import Rules, audiences_of
from apps.audiences.models import Audience
from apps.audiences.rules import customer_fields
from apps.audiences.selectors import FACTS, rule_version, rules_at

FROM_LISTS = """
SELECT DISTINCT customer_code FROM audiences_audiencemember
WHERE audience_id = ANY(%(lists)s) AND customer_code > %(after)s ORDER BY customer_code LIMIT %(most)s
"""
FROM_CUSTOMERS = """
SELECT code FROM audiences_customer WHERE code > %(after)s ORDER BY code LIMIT %(most)s
"""
# Lists may name customers that are not known: both are merged in their common order.
FROM_BOTH = f"SELECT * FROM (({FROM_CUSTOMERS}) UNION ({FROM_LISTS})) AS both_ways ORDER BY 1 LIMIT %(most)s"  # noqa: S608
STORED = f"SELECT c.code, {FACTS} FROM audiences_customer c WHERE c.code = ANY(%s)"  # noqa: S608
LISTED = """
SELECT m.customer_code, array_agg(a.code::text) FROM audiences_audiencemember m
JOIN audiences_audience a ON a.id = m.audience_id
WHERE m.customer_code = ANY(%s) AND a.code = ANY(%s) GROUP BY m.customer_code
"""


class Meant:
    """The customers whom one campaign's `targeting` means."""

    def __init__(self, targeting: Mapping[str, Any]) -> None:
        self.targeting = targeting
        audiences = list(Audience.objects.filter(code__in=targeting["audiences"]))
        self._lists = [audience.pk for audience in audiences if audience.has_list]
        self._by_rule = any(audience.rule is not None for audience in audiences)
        self._rules: Rules = rules_at(rule_version()) if self._by_rule else {}

    @property
    def lists_only(self) -> bool:
        """Whether being on one of the lists is all that is asked."""
        more = ("member_levels", "new_customers_only", "regions")
        return bool(self._lists) and not self._by_rule and not any(self.targeting[name] for name in more)

    def candidates(self, after: str, most: int) -> list[str]:
        """The next ids after one, in order: all who may be meant and some who may not."""
        if not self.targeting["audiences"]:
            statement = FROM_CUSTOMERS
        elif self._by_rule:
            statement = FROM_BOTH if self._lists else FROM_CUSTOMERS
        else:
            statement = FROM_LISTS
        with connection.cursor() as cursor:
            cursor.execute(statement, {"after": after, "most": most, "lists": self._lists})
            return [code for (code,) in cursor.fetchall()]

    def among(self, codes: Sequence[str]) -> list[str]:
        """Those who are meant, in the order given."""
        with connection.cursor() as cursor:
            cursor.execute(STORED, [list(codes)])
            stored = {code: orjson.loads(facts) for code, facts in cursor.fetchall()}
            cursor.execute(LISTED, [list(codes), self.targeting["audiences"]])
            lists: dict[str, list[str]] = dict(cursor.fetchall())
        return [code for code in codes if self._means(stored.get(code), lists.get(code, ()))]

    def _means(self, stored: Mapping[str, Any] | None, lists: Sequence[str]) -> bool:
        known = stored or {}
        wanted = self.targeting
        if wanted["member_levels"] and known.get("member_level") not in wanted["member_levels"]:
            return False
        if wanted["new_customers_only"] and known.get("orders") != 0:
            return False
        if wanted["regions"] and known.get("region") not in wanted["regions"]:
            return False
        if not wanted["audiences"]:
            return True
        return bool(
            audiences_of(
                lists=lists, rules=self._rules, fields=customer_fields(stored), among=wanted["audiences"]
            )
        )
