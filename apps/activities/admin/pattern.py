"""Patterns in the admin: the list, a page that reads what one says, and the step that keeps one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.current import signed_in
from apps.accounts.scope import may_write, visible
from apps.activities.models import Pattern
from apps.activities.patterns.services import drop_pattern, keep_pattern, rename_pattern
from apps.catalog.models import Shop
from apps.core.errors import DomainError
from apps.offers.admin.preview import say
from apps.pricing.kinds import KINDS


class KeepForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=lazy("Name"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
        help_text=lazy("A name that a pattern of this shop has already replaces it."),
    )


def keep_view(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Keep an activity as a pattern."""
    activity = model_admin.get_object(request, object_id)
    if activity is None:
        raise Http404
    if not request.user.has_perm("activities.add_pattern"):
        raise PermissionDenied
    form = KeepForm(request.POST or None, initial={"name": activity.name}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            pattern = keep_pattern(activity=activity, name=name, actor=signed_in(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request, _("Kept as %(name)s: new activities can begin with it.") % {"name": pattern}
            )
            return HttpResponseRedirect(model_admin.url_of(activity))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Keep %(name)s as a pattern") % {"name": activity.name},
        "thing": activity,
        "form": form,
        "back": model_admin.url_of(activity),
    }
    return TemplateResponse(request, "admin/activities/keep_pattern.html", context)


class PatternForm(forms.ModelForm):
    class Meta:
        model = Pattern
        fields = ("name",)

    def clean_name(self) -> str:
        """Said beside the field; the database has the last word."""
        name = self.cleaned_data["name"]
        others = Pattern.objects.filter(shop_code=self.instance.shop_code, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a pattern named %(taken)s already.") % {"taken": name})
        return name


SHOWN = 8


def patterns_for(user: Any) -> list[tuple[Pattern, str]]:
    """Those that a new activity can begin with, with the way there; the rest stand in their list."""
    found = visible(user, Pattern.objects.order_by("-kept_at"))[:SHOWN]
    return [(pattern, begin_url(pattern)) for pattern in found]


def begun_content(user: Any, asked: str) -> dict[str, Any]:
    """What the pattern named in an address says; nothing where there is none that this person may read."""
    found = visible(user, Pattern.objects.filter(pk=asked)).first() if asked.isdecimal() else None
    return dict(found.content) if found else {}


def begin_url(pattern: Pattern) -> str:
    return f"{reverse('admin:activities_activity_add')}?pattern={pattern.pk}"


@admin.register(Pattern)
class PatternAdmin(ModelAdmin):
    list_display = ("title", "kind_name", "shop", "who", "kept_at")
    list_select_related = ("kept_by",)
    search_fields = ("name",)
    list_per_page = 50
    fields = ("name", "said", "shop", "who", "kept_at")
    readonly_fields = ("said", "shop", "who", "kept_at", "begin")

    form = PatternForm
    actions = None

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self._led_on(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Pattern | None = None) -> tuple[str, ...]:
        return self._led_on(request, self.fields)

    def _led_on(self, request: HttpRequest, names: tuple[str, ...]) -> tuple[str, ...]:
        """With the way to a new activity for those who may draft one."""
        return (*names, "begin") if request.user.has_perm("activities.add_activity") else names

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pattern]:
        """With the name of the shop, which stands on the page and not in the table."""
        shop = Shop.objects.filter(code=OuterRef("shop_code")).values("name")
        return super().get_queryset(request).annotate(shop_name=Subquery(shop))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One is kept from an activity."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Pattern | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_write(request.user, obj))

    def save_model(self, request: HttpRequest, obj: Pattern, form: Any, change: bool) -> None:
        rename_pattern(pattern=obj, name=obj.name, actor=signed_in(request))

    def delete_model(self, request: HttpRequest, obj: Pattern) -> None:
        drop_pattern(pattern=obj, actor=signed_in(request))

    @display(description=lazy("name"), ordering="name", header=True)
    def title(self, pattern: Pattern) -> tuple[str, str]:
        return pattern.name, say(pattern.content)

    @admin.display(description=lazy("what it says"))
    def said(self, pattern: Pattern) -> str:
        return say(pattern.content)

    @admin.display(description=lazy("kind"), ordering="kind")
    def kind_name(self, pattern: Pattern) -> str:
        return KINDS[pattern.kind].label(get_language() or "")

    @admin.display(description=lazy("shop"), ordering="shop_code")
    def shop(self, pattern: Pattern) -> Any:
        return getattr(pattern, "shop_name", None) or pattern.shop_code or lazy("the platform")

    @admin.display(description=lazy("kept by"), ordering="kept_by")
    def who(self, pattern: Pattern) -> str:
        return pattern.kept_by.get_full_name() or pattern.kept_by.get_username()

    @admin.display(description=lazy("new activity"))
    def begin(self, pattern: Pattern) -> str:
        return format_html(
            '<a class="pp-link pp-nowrap" href="{}">{}</a>', begin_url(pattern), _("Begin with it")
        )
