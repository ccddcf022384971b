"""The form of an activity: when, what, on which goods, with what together; the rest under more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.activities.forms.more import bounds, more_groups
from apps.activities.forms.sessions import session_group
from apps.catalog.models import Shop
from apps.core.forms import LocalDateTimeField
from apps.offers.documents.activity import ACTIVITY_KINDS
from apps.offers.forms import inputs, parts, translate
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.params import param_entries
from apps.offers.forms.slots import Block, Group, Rows, Slot
from apps.pricing.kinds import KINDS
from apps.pricing.layers import ACTIVITY_LAYERS, Layer


class ActivityForm(DocumentForm):
    """`value("kind")` and `value("layer")` decide what is asked."""

    layer: Layer | None = None
    MUST_CHOOSE = (parts.STACKING,)

    def make_blocks(self) -> Sequence[Block]:
        self.kind = KINDS.get(self.value("kind") or "", KINDS[ACTIVITY_KINDS[0]])
        self.layers = tuple(layer for layer in self.kind.layers if layer in ACTIVITY_LAYERS)
        self.layer = layer = self._layer()
        return [
            Block("when", _("When"), [Group("", self._times()), session_group()], "schedule"),
            Block("what", _("Benefit"), self._what(), "redeem"),
            Block("goods", _("Which goods"), parts.scope_groups(), "inventory_2"),
            Block("stack", _("Stacking"), [Group("", parts.stacking_entries(self.layer))], "layers"),
            Block("more", _("More settings"), more_groups(self.kind, layer), "tune"),
        ]

    def initial_of(self, path: str) -> Any:
        if path == parts.STACKING:
            return self._stacking()
        if path == "layer" and self.layer is not None:
            return self.layer.value
        if path.startswith("display.") and path.count(".") == 2:
            _display, name, language = path.split(".")
            return translate.text_in((self.content.get("display") or {}).get(name), language)
        if path == "schedule.tz":
            return (self.content.get("schedule") or {}).get("tz") or settings.TIME_ZONE
        return super().initial_of(path)

    def assemble(self, raw: dict[str, Any]) -> dict[str, Any]:
        raw["layer"] = self._layer().value
        raw.setdefault("params", {})
        if self.layer is not Layer.SHOP:
            raw.pop("shop", None)
        schedule = raw.get("schedule", {})
        if not schedule.get("days") and not schedule.get("sessions"):
            raw.pop("schedule", None)
        translate.put_stacking(raw, Layer(raw["layer"]))
        translate.put_scope(raw)
        translate.put_texts(raw)
        return raw

    @classmethod
    def proposing(cls, data: QueryDict) -> QueryDict:
        proposed = cls(content={"kind": data.get("kind")}).initial_of(parts.STACKING)
        if proposed and not data.get(parts.STACKING):
            data = data.copy()
            data[parts.STACKING] = proposed
        return data

    def _stacking(self) -> str:
        """What the document says; of a new one what its kind proposes, which may be nothing."""
        said, proposed = self.content.get("stacks_with"), self.kind.proposed_stacking
        if said is None and proposed is None:
            return ""
        return translate.preset_of([*proposed] if said is None and proposed else said, self.layer)

    def _layer(self) -> Layer:
        """The layer chosen, where the kind has it; else the widest that the kind has."""
        chosen = self.value("layer")
        return Layer(chosen) if chosen in self.layers else self.layers[-1]

    def _times(self) -> list[Slot | Rows]:
        return [
            Slot("name", inputs.text(_("Name"), placeholder=_("What colleagues call it")), wide=True),
            Slot("starts_at", inputs.typed(LocalDateTimeField, _("Starts"))),
            Slot("ends_at", inputs.typed(LocalDateTimeField, _("Ends"))),
        ]

    def _what(self) -> list[Group]:
        language = get_language() or ""
        kinds = [(code, KINDS[code].label(language)) for code in ACTIVITY_KINDS]
        entries: list[Slot | Rows] = [Slot("kind", inputs.select(_("Kind of activity"), kinds), swaps=True)]
        if len(self.layers) > 1:
            layers = inputs.select(_("Applies to"), parts.layer_choices(self.layers))
            entries.append(Slot("layer", layers, swaps=True))
        if self.layer is Layer.SHOP:
            entries.append(Slot("shop", inputs.select(_("Shop"), _shops())))
        return [Group("", entries), Group("", param_entries(self.kind)), Group("", bounds(self.layer))]


def _shops() -> list[tuple[str, Any]]:
    return [("", "—"), *((shop.code, str(shop)) for shop in Shop.objects.order_by("code"))]
