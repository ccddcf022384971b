"""What the shop tells of its customers, one at a time over the API or many in a pack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from psycopg.types.json import Jsonb

from apps.audiences.models import Customer
from apps.audiences.services.happenings import REGISTRATION, tell
from apps.core.audit import Subject, record
from apps.core.bulk_upsert import Outcome, staging
from apps.core.clock import DatabaseNow, database_now

TOLD = ("member_level", "tags", "registered_at", "region", "attributes", "orders")
LAST_ORDERS = """
UPDATE audiences_customer c SET last_order_at = told.at
FROM unnest(%s::text[], %s::timestamptz[]) AS told (code, at)
WHERE c.code = told.code AND (c.last_order_at IS NULL OR c.last_order_at < told.at)
"""


@dataclass(frozen=True)
class PutOutcome:
    customer: Customer
    created: bool
    changed: bool


@transaction.atomic
def put_customer(
    *,
    code: str,
    actor: Any,
    member_level: int | None = None,
    tags: Sequence[str] = (),
    registered_at: datetime | None = None,
    region: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    orders: int | None = None,
) -> PutOutcome:
    """Replace all that is known of a customer; what is absent becomes none.

    Absent `orders` keep the stored number, and are 0 for a customer that this call creates.
    """
    told = {
        "member_level": member_level,
        "tags": list(tags),
        "registered_at": registered_at,
        "region": region,
        "attributes": dict(attributes or {}),
    }
    customer, created = Customer.objects.select_for_update(no_key=True).get_or_create(
        code=code, defaults={**told, "orders": orders or 0}
    )
    if created:
        _note(customer, actor, None, {**told, "orders": orders or 0})
        tell(code, REGISTRATION)
        return PutOutcome(customer, created=True, changed=True)
    if orders is not None:
        told["orders"] = orders
    before = {name: getattr(customer, name) for name in told if getattr(customer, name) != told[name]}
    if before:
        for name in before:
            setattr(customer, name, told[name])
        customer.updated_at = database_now()
        customer.save(update_fields=[*before, "updated_at"])
        _note(customer, actor, before, {name: told[name] for name in before})
        _tell_changes(code, before, told)
    return PutOutcome(customer, created=False, changed=bool(before))


def _tell_changes(code: str, before: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """A customer who ordered before registering comes to be known late; a level that falls is nothing to tell."""
    if "registered_at" in before and before["registered_at"] is None:
        tell(code, REGISTRATION)
    if "member_level" in before and (told["member_level"] or 0) > (before["member_level"] or 0):
        tell(code, f"level:{told['member_level']}")


def ensure_customer(code: str) -> None:
    """For writes that name a customer: an unknown one comes to be, with an unknown number of orders."""
    Customer.objects.bulk_create([Customer(code=code)], ignore_conflicts=True)


def count_paid_order(code: str) -> None:
    """One more paid order of a customer, at this moment; an unknown number stays unknown."""
    Customer.objects.filter(code=code).update(orders=models.F("orders") + 1, last_order_at=DatabaseNow())


def note_last_orders(*, rows: Sequence[tuple[str, datetime]]) -> int:
    """When customers last ordered before the portal counted; a later order that it knows stays. How many it noted."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_ORDERS, [[code for code, _at in rows], [at for _code, at in rows]])
        return cursor.rowcount


@transaction.atomic
def upsert_customers(*, rows: Iterable[Mapping[str, Any]], actor: Any, reason: str = "") -> Outcome:
    """Write customers as packs word them (`id`, not `code`); an absent `orders` keeps what is stored.

    One audit entry, or none where nothing changed.
    """
    with staging(Customer, ("code", *TOLD)) as stage:
        stage.fill(map(_values, rows))
        outcome = stage.merge(keep_when_null=("orders",))
    if outcome.written:
        record(
            action="audiences.import_customers",
            subject=Subject("audiences.customer", "pack"),
            actor=actor,
            after=outcome.as_json(),
            reason=reason,
        )
    return outcome


def _values(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["id"],
        row.get("member_level"),
        list(row.get("tags") or ()),
        row.get("registered_at"),
        row.get("region"),
        Jsonb(row.get("attributes") or {}),
        row.get("orders"),
    )


def _note(customer: Customer, actor: Any, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    record(
        action="audiences.put_customer",
        subject=customer,
        actor=actor,
        before=None if before is None else _json(before),
        after=_json(after),
    )


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}
