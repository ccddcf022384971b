"""Requests for other minimum prices and exclusions: of one entry or of many, bound to the values before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.catalog.models import Category, Sku
from apps.catalog.models.sku import PROTECTED
from apps.catalog.services.category_tree import lock_category_tree, rebuild_paths
from apps.core.audit import Subject, record
from apps.core.errors import DomainError

APPROVE = "catalog.approve_protection"
MOST_AT_ONCE = 10_000
WRITE_SKUS = """
UPDATE catalog_sku k SET min_price_amount = w.min_price_amount, excluded_from = w.excluded_from,
    updated_at = clock_timestamp()
FROM jsonb_to_recordset(%s::jsonb) AS w(code text, min_price_amount bigint, excluded_from varchar[])
WHERE k.code = w.code
"""
WRITE_CATEGORIES = """
UPDATE catalog_category k SET excluded_from = w.excluded_from
FROM jsonb_to_recordset(%s::jsonb) AS w(code text, excluded_from varchar[]) WHERE k.code = w.code
"""

Entry = Sku | Category
Json = dict[str, Any]


def protect_action(model: type[Entry]) -> str:
    return f"{model._meta.model_name}.protect"


def ask(*, rows: Sequence[tuple[Entry, Mapping[str, Any]]], actor: User, reason: str = "") -> ApprovalRequest:
    """Ask for other values of entries of one table; the caller has locked them and checked the permission.

    Errors: too_many, already_asked.
    """
    if len(rows) > MOST_AT_ONCE:
        raise DomainError("too_many", _("At most %(most)s at once."), most=MOST_AT_ONCE)
    model = type(rows[0][0])
    changes = sorted((_change(row, wanted) for row, wanted in rows), key=lambda change: change["code"])
    shops = {getattr(row, "shop_id", None) or "" for row, _wanted in rows}
    request = approvals.open_request(
        action=protect_action(model),
        subject=Subject(model._meta.label_lower, _named(changes)),
        title=_title(rows),
        content_hash=hash_of(changes),
        submitter=actor,
        reason=reason,
        shop_code=shops.pop() if len(shops) == 1 else "",
        payload={"changes": changes},
    )
    alone = changes[0] if len(changes) == 1 else None
    record(
        action=f"catalog.{model._meta.model_name}.ask_protection",
        subject=Subject(model._meta.label_lower, _named(changes)),
        actor=actor,
        before=alone["before"] if alone else None,
        after=alone["after"] if alone else {"entries": len(changes)},
        reason=reason,
    )
    return request


def _change(row: Entry, wanted: Mapping[str, Any]) -> Json:
    before = stored(row)
    return {"code": row.pk, "before": before, "after": {**before, **wanted}}


def stored(row: Entry) -> Json:
    return {name: getattr(row, name) for name in PROTECTED if hasattr(row, name)}


def _named(changes: Sequence[Json]) -> str:
    """One entry by its code; many by what is asked, so that the same is not asked twice."""
    return changes[0]["code"] if len(changes) == 1 else f"{len(changes)}-{hash_of(changes)[:12]}"


def _title(rows: Sequence[tuple[Entry, Any]]) -> str:
    first = str(rows[0][0])
    return (first if len(rows) == 1 else f"{first} +{len(rows) - 1}")[:200]


def hash_of(changes: Iterable[Json]) -> str:
    text = json.dumps(list(changes), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class ProtectHandler:
    """Approval: the values asked for are the stored ones from now on, if they are still those of the request."""

    label = _("Change minimum prices or exclusions")
    permission = APPROVE

    def __init__(self, model: type[Entry]) -> None:
        self.model = model

    def changes_of(self, request: ApprovalRequest) -> list[Json]:
        return request.payload["changes"]

    def lock(self, request: ApprovalRequest) -> Any:
        if self.model is Category:
            lock_category_tree()
        codes = [change["code"] for change in self.changes_of(request)]
        rows: Any = self.model._default_manager.select_for_update(no_key=True)
        return list(rows.filter(pk__in=codes).order_by("pk")).pop()

    def current_hash(self, request: ApprovalRequest) -> str:
        """Of what is asked on top of what is stored now: somebody else's change in between makes it stale."""
        changes = self.changes_of(request)
        rows: Any = self.model._default_manager.filter(pk__in=[change["code"] for change in changes])
        now = {row.pk: stored(row) for row in rows}
        return hash_of({**change, "before": now.get(change["code"])} for change in changes)

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=request.payload)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        changes = self.changes_of(request)
        statement = WRITE_CATEGORIES if self.model is Category else WRITE_SKUS
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps([{"code": c["code"], **c["after"]} for c in changes])])
            if cursor.rowcount != len(changes):
                raise DomainError("gone", _("Some of this is no longer there."))
        if self.model is Category:
            rebuild_paths()
        for change in changes:
            told = {name for name in change["after"] if change["after"][name] != change["before"][name]}
            record(
                action=f"catalog.{self.model._meta.model_name}.protect",
                subject=Subject(self.model._meta.label_lower, change["code"]),
                actor=actor,
                before={name: change["before"][name] for name in sorted(told)},
                after={name: change["after"][name] for name in sorted(told)},
                reason=request.reason,
            )

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """The stored values stay."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """The stored values stay."""
