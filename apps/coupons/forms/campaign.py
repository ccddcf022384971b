"""The form of a claim campaign: when, which coupons, how many, to whom, where."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.core.forms import LocalDateTimeField
from apps.coupons.models.configuration import MODE_LABELS
from apps.offers.forms import inputs, parts
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.fields import CodeField
from apps.offers.forms.slots import Block, Group, Rows, Slot


class CampaignForm(DocumentForm):
    def make_blocks(self) -> Sequence[Block]:
        return [
            Block("when", _("When"), [Group("", _times())], "schedule"),
            Block("what", _("Which coupons"), [Group("", [_items()])], "confirmation_number"),
            Block("amount", _("How many"), [Group("", _amounts())], "numbers"),
            Block("who", _("Who can claim"), [Group("", parts.targeting_entries())], "groups"),
            Block("more", _("More settings"), _more(), "tune"),
        ]


def _times() -> list[Slot | Rows]:
    return [
        Slot("name", inputs.text(_("Name"), placeholder=_("What colleagues call it")), wide=True),
        Slot("starts_at", inputs.typed(LocalDateTimeField, _("Starts"))),
        Slot("ends_at", inputs.typed(LocalDateTimeField, _("Ends"))),
        Slot("mode", inputs.select(_("How customers get them"), list(MODE_LABELS.items())), wide=True),
    ]


def _items() -> Rows:
    return Rows(
        "items",
        _("Coupons of one claim"),
        (
            Slot("template", inputs.typed(CodeField, _("Coupon template"), source="template")),
            Slot("quantity", inputs.whole_number(_("Number"))),
        ),
        add=_("Add a coupon"),
        at_least=1,
    )


def _amounts() -> list[Slot | Rows]:
    return [
        Slot("quantity", inputs.whole_number(_("Claims in all"))),
        Slot("per_customer", inputs.whole_number(_("Claims per customer"))),
        Slot("per_customer_per_day", inputs.whole_number(_("Claims per customer and day"))),
        Rows(
            "releases",
            _("Released in slots"),
            (
                Slot("at", inputs.typed(LocalDateTimeField, _("From"))),
                Slot("quantity", inputs.whole_number(_("Claims"))),
            ),
            add=_("Add a slot"),
        ),
    ]


def _more() -> list[Group]:
    code = inputs.text(_("Code"), help_text=_("Fixed from the first submission on."), longest=64)
    return [Group("", [parts.placement_slot(), Slot("code", code)])]
