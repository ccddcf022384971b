"""Walks over the customers of audiences in the order of their ids, a chunk at a time: lists and rules together."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import connection

from apps.audiences.membership import audiences_of
from apps.audiences.models import Audience
from apps.audiences.rules import customer_fields
from apps.audiences.selectors import FACTS

ON_LISTS = """
SELECT DISTINCT customer_code FROM audiences_audiencemember
WHERE audience_id = ANY(%(lists)s) AND customer_code > %(after)s ORDER BY customer_code LIMIT %(most)s
"""
KNOWN = "SELECT code FROM audiences_customer WHERE code > %(after)s ORDER BY code LIMIT %(most)s"
# Lists may name customers that nobody knows: both are merged in their common order.
BOTH = f"SELECT * FROM (({KNOWN}) UNION ({ON_LISTS})) AS both_ways ORDER BY 1 LIMIT %(most)s"  # noqa: S608
FACTS_OF = f"SELECT c.code, {FACTS} FROM audiences_customer c WHERE c.code = ANY(%s)"  # noqa: S608
LISTED = """
SELECT DISTINCT customer_code FROM audiences_audiencemember WHERE customer_code = ANY(%s) AND audience_id = ANY(%s)
"""


class Walk:
    """The members of any of these audiences, as their rules and lists stand now."""

    def __init__(self, codes: Sequence[str]) -> None:
        audiences = list(Audience.objects.filter(code__in=list(codes)))
        self.lists = [audience.pk for audience in audiences if audience.has_list]
        self.rules = {a.code: a.rule for a in audiences if a.rule is not None}

    def next(self, after: str, most: int) -> list[str]:
        """The next ids after one, in order: all members and, where a rule decides, others."""
        statement = (BOTH if self.lists else KNOWN) if self.rules else ON_LISTS
        with connection.cursor() as cursor:
            cursor.execute(statement, {"after": after, "most": most, "lists": self.lists})
            return [code for (code,) in cursor.fetchall()]

    def among(self, codes: Sequence[str]) -> list[str]:
        """The members among these, in the order given."""
        if not self.rules:
            return list(codes)
        with connection.cursor() as cursor:
            cursor.execute(LISTED, [list(codes), self.lists])
            listed = {code for (code,) in cursor.fetchall()}
            cursor.execute(FACTS_OF, [list(codes)])
            facts = dict(cursor.fetchall())
        return [code for code in codes if code in listed or self._ruled(facts.get(code))]

    def _ruled(self, facts: str | None) -> bool:
        fields = customer_fields(orjson.loads(facts) if facts else None)
        return bool(facts) and bool(audiences_of(lists=(), rules=self.rules, fields=fields))

    def size(self) -> int:
        """About how many the walk will pass, for a bar that shows how far it is."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'audiences_customer'::regclass"
            )
            known = cursor.fetchone()[0] if self.rules else 0
        listed = Audience.objects.filter(pk__in=self.lists).values_list("list_size", flat=True)
        return known + sum(listed)
