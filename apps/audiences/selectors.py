"""Reads of customers and audiences for pricing and packs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from apps.audiences.membership import Rules
from apps.audiences.models import Audience, AudienceMember, Customer
from apps.audiences.rules import customer_fields, matches

# Scalar subqueries for the one statement of a quote, over the text parameter `customer` (NULL for nobody).
# What is stored of the customer, as JSON text for `read_customer`; NULL for one that is not known.
FACTS = """json_build_object(
    'member_level', c.member_level, 'tags', c.tags, 'registered_at', c.registered_at,
    'region', c.region, 'orders', c.orders, 'attributes', c.attributes,
    'days_since_order', floor(extract(epoch FROM clock_timestamp() - c.last_order_at) / 86400)::integer
)::text"""
CUSTOMER_FACTS = f"(SELECT {FACTS} FROM audiences_customer c WHERE c.code = %(customer)s)"  # noqa: S608
# Codes of the audiences whose list names the customer, known or not: text[].
CUSTOMER_LISTS = """ARRAY(
    SELECT a.code::text FROM audiences_audiencemember m JOIN audiences_audience a ON a.id = m.audience_id
    WHERE m.customer_code = %(customer)s
)"""
SAMPLE = 10_000
# Whole pages by chance: reads only its share of the table. 100 percent is every row.
SAMPLED = f"SELECT {FACTS} FROM audiences_customer c TABLESAMPLE SYSTEM (%(share)s)"  # noqa: S608
# For `rules_at`.
RULE_VERSION = "(SELECT COALESCE(max(rule_version), 0) FROM audiences_audience)"


@dataclass(frozen=True)
class StoredCustomer:
    """What the portal knows of a customer; `known` False for one it has never heard of."""

    known: bool
    stored: Mapping[str, Any]
    lists: tuple[str, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """As rules see them."""
        return customer_fields(self.stored)


def read_customer(facts: str | None, lists: Sequence[str]) -> StoredCustomer:
    """What CUSTOMER_FACTS and CUSTOMER_LISTS gave."""
    return StoredCustomer(facts is not None, orjson.loads(facts) if facts else {}, tuple(lists))


def stored_customer(code: str) -> StoredCustomer:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CUSTOMER_FACTS}, {CUSTOMER_LISTS}", {"customer": code})
        row = cursor.fetchone()
    assert row is not None
    return read_customer(*row)


@dataclass(frozen=True)
class _KnownRules:
    version: int
    rules: Rules


_known = _KnownRules(0, {})


def rules_at(version: int) -> Rules:
    """The rules of all audiences that have one, by code, as of RULE_VERSION; read again only when it moved."""
    global _known
    known = _known
    if known.version != version:
        rows = list(Audience.objects.filter(rule_version__gt=0).values_list("code", "rule", "rule_version"))
        newest = max((number for _code, _rule, number in rows), default=0)
        known = _KnownRules(newest, {code: rule for code, rule, _number in rows if rule is not None})
        _known = known
    return known.rules


def rule_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RULE_VERSION}")
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def rule_size(rule: Mapping[str, Any]) -> tuple[int, bool]:
    """How many stored customers match a rule, and whether all were looked at: of many, a sample is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'audiences_customer'::regclass")
        rows = cursor.fetchone()[0]
        share = min(100.0, 100.0 * SAMPLE / max(rows, 1))
        cursor.execute(SAMPLED, {"share": share})
        matching = sum(matches(rule, customer_fields(orjson.loads(facts))) for (facts,) in cursor)
    return round(matching * 100 / share), share == 100.0


def audiences_document(codes: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Audiences as a pack words them, lists included; with `codes` only those."""
    audiences = Audience.objects.order_by("code")
    if codes is not None:
        audiences = audiences.filter(code__in=codes)
    return [_document(audience) for audience in audiences]


def _document(audience: Audience) -> dict[str, Any]:
    document: dict[str, Any] = {"code": audience.code, "name": audience.name}
    if audience.rule is not None:
        document["rule"] = audience.rule
    if audience.has_list:
        members = AudienceMember.objects.filter(audience=audience).order_by("customer_code")
        document["members"] = list(members.values_list("customer_code", flat=True))
    return document


def customers_document() -> list[dict[str, Any]]:
    """Customers as a pack words them."""
    rows = Customer.objects.order_by("code").values_list(
        "code", "member_level", "tags", "registered_at", "region", "attributes", "orders"
    )
    return [
        {
            "id": code,
            "member_level": level,
            "tags": tags,
            "registered_at": registered_at.isoformat() if registered_at else None,
            "region": region,
            "attributes": attributes,
            "orders": orders,
        }
        for code, level, tags, registered_at, region, attributes, orders in rows.iterator(chunk_size=5_000)
    ]
