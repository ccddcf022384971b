"""The form of a coupon template: what it is worth, on which goods, with what together, how long and how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Shop
from apps.core.forms import LocalDateTimeField, MoneyField
from apps.offers.documents import PLATFORM, layer_of_template
from apps.offers.documents.benefit import ITEM, RUNNING
from apps.offers.documents.template import TEMPLATE_KINDS, ReturnPolicy, ValidityMode
from apps.offers.forms import inputs, parts, translate
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.params import param_entries
from apps.offers.forms.slots import Block, Group, Rows, Slot
from apps.pricing.kinds import KINDS

MODE = "validity.mode"
PLACES = {
    ValidityMode.RELATIVE: ("delay_days", "days"),
    ValidityMode.FIXED: ("from", "until"),
}


class TemplateForm(DocumentForm):
    """`value("kind")` and `value("issuer")` decide what is asked."""

    def make_blocks(self) -> Sequence[Block]:
        self.kind = KINDS.get(self.value("kind") or "", KINDS[TEMPLATE_KINDS[0]])
        self.layer = layer_of_template(self.kind, self.value("issuer") or PLATFORM)
        return [
            Block("what", _("Coupon value"), self._what(), "redeem"),
            Block("goods", _("Which goods"), parts.scope_groups(), "inventory_2"),
            Block("stack", _("Stacking"), [Group("", parts.stacking_entries(self.layer))], "layers"),
            Block(
                "amount",
                _("How long and how many"),
                [Group("", _validity()), Group("", _budget())],
                "event_available",
            ),
            Block("more", _("More settings"), self._more(), "tune"),
        ]

    def initial_of(self, path: str) -> Any:
        if path == parts.STACKING:
            return translate.preset_of(self.content.get("stacks_with"), self.layer)
        return super().initial_of(path)

    def assemble(self, raw: dict[str, Any]) -> dict[str, Any]:
        raw.setdefault("params", {})
        translate.put_stacking(raw, self.layer)
        translate.put_scope(raw)
        validity = raw.pop("validity", {})
        mode = validity.get("mode")
        if mode:
            raw["validity"] = {
                "mode": mode,
                **{p: validity[p] for p in PLACES[ValidityMode(mode)] if p in validity},
            }
        return raw

    def _what(self) -> list[Group]:
        language = get_language() or ""
        kinds = [(code, KINDS[code].label(language)) for code in TEMPLATE_KINDS]
        issuers: list[tuple[str, Any]] = [
            (PLATFORM, _("the platform")),
            *((shop.code, str(shop)) for shop in Shop.objects.order_by("code")),
        ]
        return [
            Group(
                "",
                [
                    Slot("name", inputs.text(_("Name"), placeholder=_("What colleagues call it")), wide=True),
                    Slot("kind", inputs.select(_("Kind of coupon"), kinds), swaps=True),
                    Slot("issuer", inputs.select(_("Issued by"), issuers), swaps=True),
                ],
            ),
            Group("", param_entries(self.kind)),
        ]

    def _more(self) -> list[Group]:
        bases = [(RUNNING, _("what is left after earlier offers")), (ITEM, _("prices after item offers"))]
        basis = [Slot("basis", inputs.select(_("Measured on"), bases))] if self.kind.has_basis else []
        policies = [
            (ReturnPolicy.FULL_REFUND.value, _("when the whole order is refunded")),
            (ReturnPolicy.CANCEL_ONLY.value, _("only when the order is cancelled")),
            (ReturnPolicy.NEVER.value, _("never")),
        ]
        returns: list[Slot | Rows] = [
            Slot("return_policy", inputs.select(_("A used coupon comes back"), policies)),
            Slot("return_grace_hours", inputs.whole_number(_("Then lives at least (hours)"), minimum=0)),
        ]
        advanced: list[Slot | Rows] = [
            Slot(
                "code", inputs.text(_("Code"), help_text=_("Fixed from the first submission on."), longest=64)
            ),
            *basis,
            Slot(
                "priority",
                inputs.whole_number(_("Priority"), help_text=_("Higher goes first."), minimum=None),
            ),
            parts.mutex_slot(),
        ]
        return [
            Group(_("Who can use it"), parts.targeting_entries(), folded=True),
            Group(_("Who pays"), [parts.bearer_rows()], folded=True),
            Group(_("Returns"), returns, folded=True),
            Group(_("Advanced"), advanced, folded=True),
        ]


def _validity() -> list[Slot | Rows]:
    modes = [
        ("", _("always valid")),
        (ValidityMode.RELATIVE.value, _("so many days from the claim on")),
        (ValidityMode.FIXED.value, _("between two dates")),
    ]
    relative, fixed = f"{MODE}={ValidityMode.RELATIVE}", f"{MODE}={ValidityMode.FIXED}"
    return [
        Slot(MODE, inputs.select(_("Valid"), modes), wide=True),
        Slot("validity.days", inputs.whole_number(_("Days")), when=relative),
        Slot("validity.delay_days", inputs.whole_number(_("Begins after (days)"), minimum=0), when=relative),
        Slot("validity.from", inputs.typed(LocalDateTimeField, _("From")), when=fixed),
        Slot("validity.until", inputs.typed(LocalDateTimeField, _("Until")), when=fixed),
    ]


def _budget() -> list[Slot | Rows]:
    return [
        Slot("budget.amount", inputs.typed(MoneyField, _("At most spent"), min_amount=1)),
        Slot("budget.quantity", inputs.whole_number(_("Coupons at most"))),
    ]
