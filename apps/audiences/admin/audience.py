"""Audiences: a rule with its sentence and size, and the list that a file brings."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from apps.accounts.current import signed_in
from apps.audiences.admin.forms import AudienceForm, UploadForm
from apps.audiences.member_file import read_member_file
from apps.audiences.models import Audience
from apps.audiences.selectors import rule_size
from apps.audiences.sentence import sentence
from apps.audiences.services import ListReport, import_members, save_audience
from apps.core.errors import DomainError

RULE_WAITS = _(
    "Saved, but for the rule: approved offers are meant for this audience, so another person decides."
)
LIST_WAITS = _("The list waits: approved offers are meant for this audience, so another person decides.")


@admin.register(Audience)
class AudienceAdmin(ModelAdmin):
    list_display = ("code", "name", "in_words", "list_size", "updated_at")
    search_fields = ("code", "name")
    ordering = ("code",)
    list_per_page = 50

    form = AudienceForm
    fields = ("code", "name", "rule", "in_words", "size", "has_list", "list_size")
    readonly_fields = ("in_words", "size", "has_list", "list_size")

    actions = None
    actions_detail = ("upload_list",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_upload_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("audiences.change_audience")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "code") if obj is not None else self.readonly_fields

    @admin.display(description=_("in plain words"), empty_value="-")
    def in_words(self, audience: Audience) -> str | None:
        if not audience.rule:
            return None
        return sentence(audience.rule, get_language() or "en", timezone.get_current_timezone())

    @admin.display(description=_("customers that match the rule"), empty_value="-")
    def size(self, audience: Audience) -> str | None:
        if not audience.rule:
            return None
        matching, exact = rule_size(audience.rule)
        return str(matching) if exact else f"≈ {matching}"

    def save_model(self, request: HttpRequest, obj: Audience, form: Any, change: bool) -> None:
        if save_audience(entry=obj, actor=signed_in(request)) is not None:
            messages.warning(request, RULE_WAITS)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    @action(
        description=_("Upload a list"), url_path="upload-list", permissions=["upload"], icon="upload_file"
    )
    def upload_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_upload_permission(request):
            raise PermissionDenied
        audience = get_object_or_404(Audience, pk=object_id)
        form = UploadForm(request.POST or None, request.FILES or None)
        report = self._take(request, audience, form) if request.method == "POST" and form.is_valid() else None
        if report is not None and (report.applied or report.asked) and not report.bad:
            return HttpResponseRedirect(reverse("admin:audiences_audience_change", args=[audience.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a list"),
            "opts": self.opts,
            "original": audience,
            "form": form,
            **_bad_rows(report),
        }
        return TemplateResponse(request, "audiences/upload_list.html", context)

    def _take(self, request: HttpRequest, audience: Audience, form: UploadForm) -> ListReport | None:
        """Import the file; says on the page what came of it."""
        given = form.cleaned_data
        try:
            report = import_members(
                audience=audience,
                rows=read_member_file(given["file"]),
                actor=signed_in(request),
                replace=given["mode"] == "replace",
                skip_bad=given["skip_bad"],
                reason=given["reason"],
            )
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return None
        if report.asked is not None:
            messages.warning(request, LIST_WAITS)
        elif report.applied:
            messages.success(
                request,
                _("%(added)s added, %(removed)s removed, %(size)s on the list now.")
                % {"added": report.added, "removed": report.removed, "size": audience.list_size},
            )
        else:
            wrong = ngettext("%(bad)s row is wrong", "%(bad)s rows are wrong", report.bad)
            messages.error(request, f"{wrong % {'bad': report.bad}}: " + str(_("nothing was changed.")))
        return report


def _bad_rows(report: ListReport | None) -> dict[str, Any]:
    """The fault report as the page shows it."""
    if report is None or not report.bad:
        return {}
    shown = len(report.first_bad)
    title = (
        _("Wrong rows: %(bad)s") if shown == report.bad else _("The first %(shown)s of %(bad)s wrong rows")
    )
    return {
        "bad_title": title % {"bad": report.bad, "shown": shown},
        "bad_rows": {
            "headers": [_("line"), _("text")],
            "rows": [[row.number, row.text] for row in report.first_bad],
        },
    }
