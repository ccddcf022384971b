"""Requests about versioned things in words: the sentence, the differences, the prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.approvals.admin.presenters import Way
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import handler_for
from apps.offers.admin.preview import preview, say
from apps.offers.admin.words import changes_in_words, lines_of
from apps.offers.compile import instant
from apps.offers.documents import diff
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.forms.paths import nearest
from apps.pricing.money import format_money

EFFECTS: dict[str, Promise] = {
    "publish": _("Once approved, exactly this content counts, from its start on."),
    "revoke": _("Once approved, it ends for good and original prices are back with the next price."),
    "resume": _("Once approved, it counts again within its time."),
    "lift_stop": _("Once approved, these stops are undone."),
    "resume_issuing": _("Once approved, coupons can be issued again."),
}
PUBLISH = "publish"


class VersionPresenter:
    """For the requests about one model, with the admin that edits it."""

    def __init__(self, model_admin: Any) -> None:
        self.model_admin = model_admin

    def sentence(self, request: ApprovalRequest) -> str:
        return say(self._content(request))

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return EFFECTS.get(_verb(request), "")

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        """Against the version that runs; the first version is all new, so its facts say it better."""
        current = self._thing(request).current
        if _verb(request) != PUBLISH or current is None or current.number == request.version:
            return []
        before, after = self._form(current.content), self._form(self._content(request))
        return changes_in_words(
            diff(current.content, self._content(request)), before, after, self.model_admin.currency()
        )

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        return list(lines_of(self._form(self._content(request)), self.model_admin.currency()))

    def preview(self, request: ApprovalRequest) -> Any:
        return preview(self.model_admin.model.DOCUMENT, self._content(request), faultless=True)

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        faults = handler_for(request).faults(request)
        if not faults:
            return []
        form = self._form(self._content(request))
        found = []
        for fault in faults:
            name = nearest(fault.path, form.fields)
            field = form.fields[name] if name else None
            label = f"{field.label}: " if field is not None else ""
            found.append(f"{label}{text_of_fault(fault, field)}")
        return found

    def cost(self, request: ApprovalRequest) -> str | Promise:
        """The most that a publication can spend."""
        content = self._content(request)
        exposure = self.model_admin.exposure_of(content) if _verb(request) == PUBLISH else None
        if exposure is None:
            return ""
        if exposure.amount is None:
            return _("no limit in money")
        return _("at most %(money)s") % {"money": format_money(exposure.amount, self.model_admin.currency())}

    def url(self, request: ApprovalRequest) -> str:
        return self.model_admin.url_of(self._thing(request)) + "?read"

    def ways(self, request: ApprovalRequest) -> Sequence[Way]:
        return self.model_admin.ways_of(self._thing(request))

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return instant(self._content(request).get("starts_at"))

    def _thing(self, request: ApprovalRequest) -> Any:
        things = self.model_admin.model._default_manager.select_related("current")
        return things.get(code=request.subject_code)

    def _content(self, request: ApprovalRequest) -> dict[str, Any]:
        """Kept with the request in hand: nearly every line of its page asks, and a submitted version never changes."""
        known: dict[str, Any] | None = getattr(request, "_content_in_words", None)
        if known is None:
            versions = self.model_admin.model.VERSION._default_manager
            known = versions.get(subject__code=request.subject_code, number=request.version).content
            request._content_in_words = known  # type: ignore[attr-defined]
        return known

    def _form(self, content: dict[str, Any]) -> DocumentForm:
        return self.model_admin.form_class(content=content)


def _verb(request: ApprovalRequest) -> str:
    return request.action.partition(".")[2]
