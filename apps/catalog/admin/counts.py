"""How many SKUs a shop, brand or category holds itself, counted for the rows of one page only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Sku


class WithSkuCount:
    """`sku_relation` names the field of Sku that points here."""

    sku_relation: str

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = Sku.objects.filter(**{self.sku_relation: OuterRef("pk")}).order_by().values(self.sku_relation)
        counted = Subquery(own.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return super().get_queryset(request).annotate(skus=counted)  # type: ignore[misc]

    @admin.display(description=_("SKUs"))
    def sku_count(self, row: Any) -> int:
        return row.skus or 0
