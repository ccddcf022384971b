"""What one person has before them: the activity, the version the table shows, and what may be done with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.activities.grid.answers import rows_answer
from apps.activities.grid.goods import Ground, ground_of
from apps.activities.grid.reading import ReadRow, Typed, read_rows
from apps.activities.grid.services import Seen
from apps.activities.grid.table import counts_units, price_param, table_of
from apps.activities.models import Activity
from apps.catalog.selectors import portal
from apps.offers.admin.situation import Situation
from apps.offers.lifecycle import Action, Right


@dataclass
class Desk:
    situation: Situation

    @property
    def activity(self) -> Activity:
        return self.situation.thing

    @cached_property
    def shown(self) -> Any:
        return self.situation.shown

    @cached_property
    def content(self) -> dict[str, Any]:
        return self.shown.content

    @property
    def has_prices(self) -> bool:
        return price_param(self.content["kind"]) is not None

    @property
    def has_stock(self) -> bool:
        return counts_units(self.content["kind"])

    @cached_property
    def may_edit(self) -> bool:
        """The open draft, or a draft that saving opens beside what runs."""
        if not self.situation.may(Right.EDIT):
            return False
        if self.situation.version is None:
            return self.activity.current_id is not None and self.situation.allows(Action.REVISE)
        return self.situation.draft is not None

    @cached_property
    def may_stop(self) -> bool:
        return self.activity.current_id is not None and self.situation.allows(Action.STOP_SKUS)

    @property
    def seen(self) -> Seen:
        return Seen(self.shown.number, self.shown.revision)

    @cached_property
    def currency(self) -> str:
        return portal().currency

    @cached_property
    def shows_selling(self) -> bool:
        """Once approved, what sells of the SKUs with a stock stands in columns of its own."""
        current = self.activity.current
        return current is not None and self.has_stock and bool(current.content["stock"]["per_sku"])

    def ground(self, codes: Collection[str]) -> Ground:
        return ground_of(self.activity, self.content, codes)

    def answer(self, typed: Sequence[Typed]) -> tuple[list[dict[str, Any]], list[ReadRow], Ground]:
        """Rows for the page, as they were read, and what they were judged by."""
        rows = read_rows(typed)
        ground = self.ground({row.sku for row in rows})
        return rows_answer(typed, rows, ground, self.currency), rows, ground

    def table(self) -> Any:
        return table_of(self.content)
