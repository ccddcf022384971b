"""The ModelAdmin of everything that is drafted, approved and run: list, editor or reading page, buttons, copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.accounts.admin.starred import Starred
from apps.accounts.current import signed_in
from apps.approvals.admin.presenters import Way
from apps.catalog.selectors import portal
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList
from apps.offers.admin import confirm, copying, editor, filters, owning, picking
from apps.offers.admin.doings import Doing, offered
from apps.offers.admin.history import DocumentHistory
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.admin.preview import preview
from apps.offers.admin.situation import Situation, situation_of
from apps.offers.admin.words import changes_in_words, lines_of
from apps.offers.documents import diff
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.slots import Text
from apps.offers.lifecycle import Right
from apps.offers.versions.owning import MOST_AT_ONCE

#: the editor's button that saves the draft and opens the simulator with it
SIMULATE = "_simulate"


class VersionedAdmin(Starred, DocumentHistory, ModelAdmin):
    """Children name the form, the buttons and what a new document says."""

    list_per_page = 50
    list_filter_submit = True
    show_full_result_count = False
    paginator = EstimatingPaginator
    list_before_template = "admin/portal/tabs.html"

    form_class: ClassVar[type[DocumentForm]]
    doings: ClassVar[tuple[Doing, ...]]
    add_title: ClassVar[Text]
    tabs: ClassVar[tuple[tuple[str, Text], ...]] = ()

    actions = ("hand_over_ticked",)
    list_display_links = ("title_and_code",)

    def new_content(self, request: HttpRequest) -> dict[str, Any]:
        raise NotImplementedError

    def exposure_of(self, content: dict[str, Any]) -> Any:
        """What a faultless document may cost at most, with `lines` to read; None where that is said elsewhere."""
        return None

    def completed(self, request: HttpRequest, raw: dict[str, Any]) -> dict[str, Any]:
        """What was typed, with what the button that was pressed fills in."""
        return raw

    def exits(self) -> dict[str, Callable[[Any], str]]:
        """Buttons of the editor that save the draft and lead on: their names, and the address for a thing."""
        return {SIMULATE: self.simulator_url} if self.model.OFFER_OWNER else {}

    def simulator_url(self, thing: Any) -> str:
        """The simulator, with the newest draft of a thing as if it ran."""
        asked = {self.model.DOCUMENT: thing.code, "draft": f"{self.model.DOCUMENT}:{thing.code}"}
        return f"{reverse('admin:simulator')}?{urlencode(asked)}"

    def ways_of(self, thing: Any) -> list[Way]:
        """Pages that help to judge a thing."""
        return [Way(_("Simulate"), self.simulator_url(thing), "calculate")] if self.model.OFFER_OWNER else []

    def conclusions_for(self, situation: Situation | None, *, copies: bool = False) -> list[Any]:
        """What the reviews of those that this was copied from concluded; its own, too, to who `copies` it."""
        return []

    # Permissions: the rights of the lifecycle, never deletion

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.model.RIGHTS[Right.ADD])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.model.RIGHTS[Right.EDIT])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # List

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("owner")

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (*super().get_list_filter(request), *filters.more())

    def tab_queryset(self, request: HttpRequest, queryset: Any, tab: str) -> Any:
        """The rows of one tab."""
        return queryset

    @display(description=_("state"), ordering="status", label=STATE_LOOKS)
    def state(self, thing: Any) -> tuple[str, str]:
        return thing.status, thing.get_status_display()

    @admin.action(description=_("Hand over"), permissions=["change"])
    def hand_over_ticked(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        keys = ",".join(str(key) for key in queryset.order_by().values_list("pk", flat=True)[:MOST_AT_ONCE])
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_hand_over"
        return HttpResponseRedirect(f"{reverse(name)}?ids={keys}")

    # Pages

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(lambda r: editor.preview_view(self, r)), name=f"{name}_preview"),
            path("hand-over/", wrap(lambda r: owning.hand_over_view(self, r)), name=f"{name}_hand_over"),
            path("swap/", wrap(lambda r: editor.swap_view(self, r)), name=f"{name}_swap"),
            path("worst/", wrap(lambda r: editor.worst_view(self, r)), name=f"{name}_worst"),
            path("pick/<slug:source>/", wrap(self.pick_view), name=f"{name}_pick"),
            path(
                "<path:object_id>/pick/<slug:source>/",
                wrap(self.pick_within_view),
                name=f"{name}_pick_within",
            ),
            path("<path:object_id>/do/<slug:code>/", wrap(self.do_view), name=f"{name}_do"),
            path("<path:object_id>/copy/", wrap(self.copy_view), name=f"{name}_copy"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id is None:
            return editor.edit_view(self, request)
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        situation = situation_of(thing, signed_in(request))
        if situation.draft is not None and situation.may(Right.EDIT) and "read" not in request.GET:
            return editor.edit_view(self, request, thing)
        if request.method == "POST":
            raise PermissionDenied
        return self.reading_page(request, situation)

    def reading_page(self, request: HttpRequest, situation: Situation) -> HttpResponse:
        """What the thing says, for who cannot or need not edit it."""
        thing, shown = situation.thing, situation.shown
        form = self.form_class(content=shown.content)
        currency = self.currency()
        context = {
            **self.admin_site.each_context(request),
            **self.page_context(request, situation),
            "title": thing.name,
            "preview": preview(thing.DOCUMENT, shown.content, faultless=True),
            "exposure": self.exposure_of(shown.content),
            "parts": list(lines_of(form, currency)),
            "version": shown,
            "changes": self.changes_of(situation, form, currency),
            "versions": list(thing.versions.all()[:20]),
        }
        return TemplateResponse(request, "admin/portal/reading.html", context)

    def changes_of(self, situation: Situation, form: DocumentForm, currency: str) -> list[Any]:
        """What the open version changes against the one that runs."""
        current = situation.thing.current
        if situation.version is None or current is None:
            return []
        before = self.form_class(content=current.content)
        return changes_in_words(diff(current.content, situation.version.content), before, form, currency)

    def page_context(self, request: HttpRequest, situation: Situation | None) -> dict[str, Any]:
        """What every page about a thing shows: state, buttons, what waits."""
        common: dict[str, Any] = {"opts": self.opts, "model_admin": self, "situation": situation}
        if situation is None:
            return common
        thing = situation.thing
        return {
            **common,
            "thing": thing,
            "buttons": [
                {"doing": doing, "url": self.url_of(thing, "do", doing.code)}
                for doing in offered(self.doings, situation)
            ],
            "history_url": self.url_of(thing, "history"),
            "copy_url": self.url_of(thing, "copy") if self.has_add_permission(request) else "",
            "state_look": STATE_LOOKS.get(thing.status, ""),
            "waiting": situation.requests,
        }

    def do_view(self, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
        return confirm.confirm_view(self, request, object_id, code)

    def copy_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return copying.copy_view(self, request, object_id)

    def pick_view(self, request: HttpRequest, source: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picking.pick(request, source)

    def pick_within_view(self, request: HttpRequest, object_id: str, source: str) -> HttpResponse:
        """SKUs of one thing's scope only; anything else as everywhere."""
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        shown = situation_of(thing, signed_in(request)).shown
        return picking.pick(request, source, picking.in_scope_of(shown.content, thing.shop_code))

    # For the pages above

    def url_of(self, thing: Any, *more: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{more[0] if more else 'change'}"
        return reverse(name, args=[thing.pk, *more[1:]])

    def editor_urls(self) -> dict[str, str]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        pick = reverse(f"{name}_pick", args=["SOURCE"])
        urls = {verb: reverse(f"{name}_{verb}") for verb in ("preview", "swap", "worst")}
        return {**urls, "pick": pick, "simulates": "1" if SIMULATE in self.exits() else ""}

    def currency(self) -> str:
        return portal().currency
