"""Risk rules in plain words: list, page, editor, and how a rule would have done on what has been decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.approvals.selectors import pending_for
from apps.core.errors import DomainError, Forbidden
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.pricing.faults import Findings, Reader
from apps.risk import services
from apps.risk.admin.presenting import changes_between
from apps.risk.admin.steps import STEPS, Step
from apps.risk.admin.words import content_lines, kind_label, sentence, tried_in_words
from apps.risk.backtest import backtest
from apps.risk.forms import ReasonOnlyForm, RuleForm
from apps.risk.lifecycle import VersionState
from apps.risk.models import Rule, RuleVersion
from apps.risk.rules import KINDS, RuleKind, read_rule, rule_from_content
from apps.risk.services.drafts import RuleFaults
from apps.risk.services.publishing import PUBLISH

OPEN = (VersionState.DRAFT, VersionState.IN_REVIEW)


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    list_display = ("name_and_code", "kind_in_words", "in_words", "state")
    search_fields = ("code", "name")
    search_help_text = _("Name or code")
    ordering = ("code",)
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("risk.add_rule")

    def get_queryset(self, request: HttpRequest) -> Any:
        unfinished = RuleVersion.objects.filter(state__in=OPEN)
        rules = super().get_queryset(request).select_related("current")
        return rules.prefetch_related(Prefetch("versions", queryset=unfinished, to_attr="unfinished"))

    @display(description=_("rule"), ordering="name", header=True)
    def name_and_code(self, rule: Rule) -> tuple[str, str]:
        return rule.name, rule.code

    @admin.display(description=_("kind"), ordering="kind")
    def kind_in_words(self, rule: Rule) -> str:
        return kind_label(rule.kind)

    @admin.display(description=_("in plain words"))
    def in_words(self, rule: Rule) -> str:
        version = rule.current or next(iter(rule.unfinished), None)  # type: ignore[attr-defined]
        return sentence(version.content) if version else "–"

    @admin.display(description=_("state"))
    def state(self, rule: Rule) -> SafeString:
        look, text = looks_of(rule)
        return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, text)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("sentence/<str:kind>/", view(self.sentence_view), name="risk_rule_sentence"),
            path("<int:pk>/edit/", view(self.edit_view), name="risk_rule_edit"),
            path("<int:pk>/do/<str:step>/", view(self.step_view), name="risk_rule_do"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        """First the kind, then the rule."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = KINDS.get(request.GET.get("kind", ""))
        if kind is None:
            language = get_language() or ""
            kinds = [
                {"code": one.code, "label": one.label(language), "about": one.about(language)}
                for one in KINDS.values()
            ]
            return self._answer(request, "risk/kinds.html", title=_("New risk rule"), kinds=kinds)
        number = Rule.objects.filter(kind=kind.code).count() + 1
        initial = {"code": f"{kind.code}-{number}".replace("_", "-"), "params": {}}
        form = RuleForm(kind, content=None if request.method == "POST" else initial, data=_posted(request))
        if request.method == "POST":
            rule = self._write(request, form, None)
            if rule is not None:
                return HttpResponseRedirect(reverse("admin:risk_rule_change", args=[rule.pk]))
        return self._editor(request, form, None)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = self._rule(request, pk)
        draft = rule.open_version()
        if not request.user.has_perm("risk.change_rule") or draft is None or not draft.is_draft:
            raise PermissionDenied
        form = RuleForm(KINDS[rule.kind], content=draft.content, data=_posted(request), fixed_code=rule.code)
        if request.method == "POST" and self._write(request, form, rule) is not None:
            return HttpResponseRedirect(reverse("admin:risk_rule_change", args=[pk]))
        return self._editor(request, form, rule, draft)

    def _write(self, request: HttpRequest, form: RuleForm, rule: Rule | None) -> Rule | None:
        """The rule, saved; None when something is wrong, which then stands beside its field."""
        raw, actor = form.raw(), signed_in(request)
        if form.errors:
            return None
        try:
            if rule is None:
                rule = services.create_rule(content=raw, actor=actor)
            else:
                seen = request.POST.get("seen_hash", "")
                services.save_draft(rule=rule, content=raw, actor=actor, seen_hash=seen)
        except RuleFaults as error:
            form.place_faults(error.faults)
            return None
        except Forbidden:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return None
        messages.success(request, _("The draft is saved."))
        return rule

    def sentence_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """For the editor while one types: the rule in words, or nothing while it is not complete."""
        known = KINDS.get(kind)
        if known is None or request.method != "POST" or not request.user.has_perm("risk.change_rule"):
            raise PermissionDenied
        form = RuleForm(known, data=request.POST)
        raw = form.raw()
        document = read_rule({**raw, "code": raw["code"] or "x"}, Reader(raw, "", Findings()))
        return HttpResponse(format_html("{}", sentence(document) if document else ""))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page of a rule: what is in force, what is open beside it, and how that would have done."""
        rule = self._rule(request, object_id)
        version = rule.open_version()
        shown = version or rule.current
        if shown is None:
            raise Http404
        look, state = looks_of(rule, version)
        return self._answer(
            request,
            "risk/rule.html",
            title=rule.name,
            rule=rule,
            look=look,
            state=state,
            current=sentence(rule.current.content) if rule.current else "",
            open=version,
            open_sentence=sentence(version.content) if version else "",
            changes=changes_between(rule.current.content, version.content)
            if version and rule.current
            else [],
            lines=content_lines(shown.content),
            tried=tried_in_words(backtest(rule_from_content(shown.content))),
            versions=rule.versions.select_related("saved_by"),
            waiting=pending_for(subject_type=Rule._meta.label_lower, subject_code=rule.code, action=PUBLISH),
            steps=[step for step in STEPS if step.offered(signed_in(request), rule, version)],
            may_edit=request.user.has_perm("risk.change_rule") and version is not None and version.is_draft,
        )

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """One page that says what a step does, asks why, and does it."""
        rule = self._rule(request, pk)
        chosen = next((one for one in STEPS if one.code == step), None)
        if chosen is None:
            raise Http404
        if not chosen.offered(signed_in(request), rule, rule.open_version()):
            raise PermissionDenied
        form = _reason_form(chosen, request)
        back = reverse("admin:risk_rule_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            try:
                chosen.run(rule, signed_in(request), form.cleaned_data.get("reason", ""))
            except Forbidden:
                raise
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, str(chosen.done))
                edit = reverse("admin:risk_rule_edit", args=[pk])
                return HttpResponseRedirect(edit if chosen.then_edit else back)
        return self._answer(
            request, "risk/step.html", title=chosen.label, rule=rule, step=chosen, form=form, back=back
        )

    def _rule(self, request: HttpRequest, pk: Any) -> Rule:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = Rule.objects.select_related("current").filter(pk=pk).first() if str(pk).isdigit() else None
        if rule is None:
            raise Http404
        return rule

    def _editor(
        self, request: HttpRequest, form: RuleForm, rule: Rule | None, draft: RuleVersion | None = None
    ) -> HttpResponse:
        kind: type[RuleKind] = form.kind
        back = (
            reverse("admin:risk_rule_changelist")
            if rule is None
            else reverse("admin:risk_rule_change", args=[rule.pk])
        )
        return self._answer(
            request,
            "risk/editor.html",
            title=rule.name if rule else _("New risk rule"),
            kind=kind.label(get_language() or ""),
            kind_code=kind.code,
            form=form,
            seen_hash=request.POST.get("seen_hash") or (draft.content_hash if draft else ""),
            sentence=sentence(draft.content) if draft and request.method != "POST" else "",
            back=back,
        )

    def _answer(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        page = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, page)


def looks_of(rule: Rule, version: RuleVersion | None = None) -> tuple[str, Any]:
    """How a rule stands: binding, off, or not yet in force."""
    if rule.active:
        return "success", _("binding")
    if rule.current_id is not None:
        return "plain", _("off")
    version = version or next(iter(getattr(rule, "unfinished", ())), None)
    if version is not None and not version.is_draft:
        return "info", _("in review")
    return "plain", _("draft")


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _reason_form(step: Step, request: HttpRequest) -> forms.Form:
    form = ReasonOnlyForm(_posted(request), label_suffix="")
    form.fields["reason"].required = step.needs_reason
    if not step.asks_reason:
        del form.fields["reason"]
    return form
