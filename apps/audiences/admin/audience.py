"""Audiences: a rule with its sentence and size, and the list that a file brings."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from apps.accounts.admin.field_history import FieldHistory
from apps.accounts.current import signed_in
from apps.audiences.admin.forms import AudienceForm, RuleField, UploadForm
from apps.audiences.models import Audience, Snapshot
from apps.audiences.selectors import rule_size
from apps.audiences.sentence import sentence
from apps.audiences.services import save_audience
from apps.audiences.services.counting import start_count
from apps.audiences.services.uploads import start_upload
from apps.core.audit import subject_of
from apps.core.errors import DomainError
from apps.core.jobs import Job
from apps.core.jobs.starting import may_see

SNAPSHOTS = 10
RULE_WAITS = _(
    "Saved, but for the rule: approved offers are meant for this audience, so another person decides."
)


@admin.register(Audience)
class AudienceAdmin(FieldHistory, ModelAdmin):
    list_display = ("code", "name", "in_words", "list_size", "counted", "updated_at")
    search_fields = ("code", "name")
    empty_hint = _("First say whom you mean: by a rule, or by a list from a file.")
    ordering = ("code",)
    list_per_page = 50

    form = AudienceForm
    fields = ("code", "name", "rule", "list_size", "counted")
    readonly_fields = ("in_words", "list_size", "counted")
    change_form_after_template = "admin/audiences/audience_work.html"

    actions = None
    actions_detail = ("upload_list", "count_now")

    def value_in_words(self, name: str, value: Any) -> str:
        if name == "rule" and isinstance(value, dict):
            return sentence(value, get_language() or "en", timezone.get_current_timezone())
        return super().value_in_words(name, value)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_upload_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("audiences.change_audience")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "code") if obj is not None else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who only reads, reads the rule in words."""
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return tuple("in_words" if name == "rule" and not may_edit else name for name in self.fields)

    @admin.display(description=_("in plain words"), empty_value="-")
    def in_words(self, audience: Audience) -> str | None:
        return _words(audience.rule) if audience.rule else None

    @admin.display(description=_("customers, counted"), empty_value="-")
    def counted(self, audience: Audience) -> str | None:
        """By rule and list together, at the last count."""
        if audience.people is None or audience.counted_at is None:
            return None
        return f"{audience.people:,} ({timezone.localtime(audience.counted_at):%Y-%m-%d %H:%M})"

    def save_model(self, request: HttpRequest, obj: Audience, form: Any, change: bool) -> None:
        if save_audience(entry=obj, actor=signed_in(request)) is not None:
            messages.warning(request, RULE_WAITS)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With the newest work on it, and who was in it when offers were published."""
        context = {**(extra_context or {}), **work_on(request, object_id)}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rule_view)
        return [path("rule/", view, name="audiences_audience_rule"), *super().get_urls()]

    def rule_view(self, request: HttpRequest) -> HttpResponse:
        """What a rule that is being typed says, what is wrong with it and, when asked, about how many match it."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        field = RuleField(required=False)
        try:
            rule = field.clean(request.POST.get("rule", ""))
        except ValidationError as wrong:
            return JsonResponse(
                {"sentence": gettext("The rule is not complete yet."), "faults": wrong.messages}
            )
        told = {"sentence": _words(rule) if rule else gettext("No rule: only its list."), "faults": []}
        if rule and "count" in request.POST:
            told["size"] = _size(rule)
        return JsonResponse(told)

    @action(description=_("Count now"), url_path="count", icon="groups")
    def count_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        audience = get_object_or_404(Audience, pk=object_id)
        start_count(audience=audience, actor=signed_in(request))
        return HttpResponseRedirect(reverse("admin:audiences_audience_change", args=[audience.pk]))

    @action(
        description=_("Upload a list"), url_path="upload-list", permissions=["upload"], icon="upload_file"
    )
    def upload_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_upload_permission(request):
            raise PermissionDenied
        audience = get_object_or_404(Audience, pk=object_id)
        form = UploadForm(request.POST or None, request.FILES or None)
        job = self._take(request, audience, form) if request.method == "POST" and form.is_valid() else None
        if job is not None:
            return HttpResponseRedirect(reverse("admin:audiences_audience_change", args=[audience.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a list"),
            "opts": self.opts,
            "original": audience,
            "form": form,
        }
        return TemplateResponse(request, "audiences/upload_list.html", context)

    def _take(self, request: HttpRequest, audience: Audience, form: UploadForm) -> Job | None:
        """Hand the file to a worker, or say on the page why not."""
        given = form.cleaned_data
        try:
            return start_upload(
                audience=audience,
                stream=given["file"],
                actor=signed_in(request),
                replace=given["mode"] == "replace",
                skip_bad=given["skip_bad"],
                reason=given["reason"],
            )
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return None


def work_on(request: HttpRequest, object_id: str) -> dict[str, Any]:
    """The newest long work on an audience that this person may see, and its newest snapshots."""
    audience = Audience.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
    if audience is None:
        return {}
    about = subject_of(audience)
    jobs = Job.objects.filter(subject_type=about.type, subject_code=about.code).order_by("-id")
    job = jobs.first()
    snapshots = Snapshot.objects.filter(audiences__contains=[audience.code]).order_by("-id")
    return {
        "job": job if job is not None and may_see(job, request.user) else None,
        "snapshots": list(snapshots[:SNAPSHOTS]),
    }


def _words(rule: dict[str, Any]) -> str:
    return sentence(rule, get_language() or "en", timezone.get_current_timezone())


def _size(rule: dict[str, Any]) -> str:
    matching, exact = rule_size(rule)
    number = f"{matching:,}" if exact else f"≈ {matching:,}"
    return gettext("%(people)s known customers match it.") % {"people": number}
