"""Forms of customer service: compensation, coupons to be voided, and the quotas of agents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.scope import may_write, owned
from apps.core.currency import money
from apps.core.forms import MoneyField
from apps.coupons.lifecycle import CouponState
from apps.coupons.models import Coupon
from apps.coupons.services.granting import MOST_AT_ONCE, templates_for_compensation, worst_of
from apps.offers.admin.words import local_time

LONGEST_REASON = 500


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


class PlainForm(forms.Form):
    use_required_attribute = False

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data=data, initial=initial, label_suffix="")


class CompensationForm(PlainForm):
    """What an agent gives whom, and why."""

    customer = forms.CharField(label=_("Customer"), max_length=64, widget=UnfoldAdminTextInputWidget())
    template = forms.ChoiceField(label=_("Coupon"), widget=UnfoldAdminSelectWidget())
    quantity = forms.IntegerField(
        label=_("Number of coupons"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    def __init__(self, agent: Any, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        choices = [
            (
                one.code,
                _("%(name)s (at most %(money)s each)")
                % {"name": one.name, "money": money(worst_of(one) or 0)},
            )
            for one in templates_for_compensation()
            if may_write(agent, one)
        ]
        self.fields["template"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"] = _reason()


class VoidForm(PlainForm):
    """Which unused coupons of one customer are to be void."""

    def __init__(self, agent: Any, customer: str, data: Any = None) -> None:
        super().__init__(data)
        theirs = owned(agent, Coupon.objects.filter(customer_code=customer, state=CouponState.UNUSED))
        found = theirs.order_by("-id")
        choices = [
            (one.code, f"{one.template} · {one.get_source_display()} · {local_time(one.issued_at)}")
            for one in found[:MOST_AT_ONCE]
        ]
        self.fields["coupons"] = forms.MultipleChoiceField(
            label=_("Unused coupons"), choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
        )
        self.fields["reason"] = _reason()


class QuotaForm(PlainForm):
    """Without an agent it is for everybody who has no quota of their own."""

    agent = forms.ModelChoiceField(
        label=_("Agent"),
        queryset=get_user_model().objects.none(),
        required=False,
        empty_label=_("everybody else"),
        widget=UnfoldAdminSelectWidget(),
    )
    quantity = forms.IntegerField(
        label=_("Coupons a day"), min_value=0, widget=UnfoldAdminIntegerFieldWidget()
    )
    amount = MoneyField(label=_("Worth at most, a day"))

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        people = get_user_model().objects.filter(is_active=True, groups__name="customer_service")
        self.fields["agent"].queryset = people.order_by("username")  # type: ignore[attr-defined]
        self.fields["reason"] = _reason()
