"""Asks for another rule or list of an audience that approved offers are meant for."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.audiences.models import Audience, ListDraft
from apps.core.audit import record

if TYPE_CHECKING:
    from apps.audiences.services.lists import ListReport

CHANGE = "audience.change"
DIGEST = r"""
SELECT encode(sha256(coalesce(convert_to(string_agg(customer_code, E'\n' ORDER BY customer_code), 'UTF8'), '')), 'hex')
FROM audiences_listdraftmember WHERE draft_id = %s
"""


def ask_rule(*, audience: Audience, rule: Any, actor: User, reason: str) -> ApprovalRequest:
    """The caller has locked the audience."""
    return _ask(audience, {"rule": {"after": rule}}, actor, reason)


def ask_list(*, draft: ListDraft, report: ListReport, actor: User, reason: str) -> ApprovalRequest:
    """The caller has locked the audience and filled the draft."""
    said = {
        "draft": draft.pk,
        "replace": draft.replace,
        "rows": draft.rows,
        "added": report.added,
        "removed": report.removed,
        "digest": digest_of(draft.pk),
    }
    return _ask(draft.audience, {"list": said}, actor, reason)


def _ask(audience: Audience, wanted: dict[str, Any], actor: User, reason: str) -> ApprovalRequest:
    payload = {"before": standing(audience), **wanted}
    record(
        action="audiences.audience.ask_change",
        subject=audience,
        actor=actor,
        before=payload["before"],
        after=wanted.get("list") or {"rule": wanted["rule"]["after"]},
        reason=reason,
    )
    return approvals.open_request(
        action=CHANGE,
        subject=audience,
        title=audience.name or audience.code,
        content_hash=hash_of(payload),
        submitter=actor,
        reason=reason,
        payload=payload,
    )


def standing(audience: Audience) -> dict[str, Any]:
    """What an approver compares with."""
    return {"rule": audience.rule, "list_size": audience.list_size}


def digest_of(draft: int) -> str:
    """Of everybody on a list that waits; the list approved is the list asked for."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, [draft])
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def hash_of(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
