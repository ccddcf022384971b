"""The history of one thing field by field: who changed what when, from which value to which, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.admin.audit_words import action_in_words
from apps.core.audit import subject_of
from apps.core.currency import money
from apps.core.models import AuditEntry

MOST = 200
PERSON = "user:"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as people read it; "" stands for nothing there."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the audit log with the fields that it changed."""

    at: datetime
    who: str
    what: str
    reason: str
    fields: Sequence[FieldChange]


class FieldHistory:
    """For a ModelAdmin: its history page. Children say more of an entry than its fields do."""

    admin_site: Any
    model: Any
    opts: Any

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(row),
            "steps": self.steps_of(row),
            "most": MOST,
            "back": self.page_of(row),
        }
        return TemplateResponse(request, "admin/portal/history.html", context)

    def page_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(row.pk)])

    def steps_of(self, row: Model) -> list[Step]:
        about = subject_of(row)
        found = AuditEntry.objects.filter(subject_type=about.type, subject_code=about.code).order_by("-id")
        entries = list(found[:MOST])
        names = _names(entry.actor for entry in entries)
        return [
            Step(
                entry.at,
                names.get(entry.actor, entry.actor),
                str(action_in_words(entry.action)),
                entry.reason,
                self.fields_of(row, entry),
            )
            for entry in entries
        ]

    def fields_of(self, row: Any, entry: AuditEntry) -> Sequence[FieldChange]:
        """What the entry says it changed, by the labels of the fields."""
        before, after = entry.before or {}, entry.after or {}
        changes = [
            FieldChange(
                field_label(self.model, name),
                self.value_in_words(name, before.get(name)),
                self.value_in_words(name, after.get(name)),
            )
            for name in dict.fromkeys([*before, *after])
        ]
        return [change for change in changes if change.old != change.new]

    def value_in_words(self, name: str, value: Any) -> str:
        """Money in ¥, choices in their words, people and things by their codes."""
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name.endswith("_amount") and isinstance(value, int):
            return money(value)
        if isinstance(value, list):
            return "、".join(str(_choice(self.model, name, one)) for one in value)
        return str(_choice(self.model, name, value))


#: what entries name that is no field of the model
NAMES = {
    "status": "state",
    "version": "version",
    "draft": "draft",
    "list_size": "customers on the list",
    "added": "Added",
    "removed": "Removed",
    "state": "state",
    "revocation_pending": "revocation pending",
    "end_reason": "why it ended",
    "stops": "Stops",
    "event": "event",
}


def field_label(model: type[Any], name: str) -> str:
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return capfirst(_(NAMES[name])) if name in NAMES else name


def _choice(model: type[Any], name: str, value: Any) -> Any:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    element = getattr(field, "base_field", field)
    return dict(getattr(element, "flatchoices", ()) or ()).get(value, value)


def _names(actors: Iterable[str]) -> dict[str, str]:
    """Who the log means, by the name that colleagues know."""
    wanted = {actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON)}
    people = User.objects.filter(username__in=wanted)
    return {f"{PERSON}{one.get_username()}": one.full_name for one in people} | {"system": _("the portal")}
