"""Admin lists of tables with very many rows: nothing on a page may cost more as the table grows."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import TextFilter

EXACT_BELOW = 10_000


class EstimatingPaginator(Paginator):
    """Counts what a filter left; a whole large table is taken at the size its statistics tell."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, QuerySet) and not rows.query.where:
            estimate = _estimated_rows(rows.model._meta.db_table)
            if estimate > EXACT_BELOW:
                return estimate
        return rows.order_by().count() if isinstance(rows, QuerySet) else len(rows)


def _estimated_rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table])
        row = cursor.fetchone()
    return row[0] if row else 0


class TagFilter(TextFilter):
    """Rows that carry exactly the tag typed, by the index on `tags`."""

    title = _("tag")
    parameter_name = "tag"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tag = (self.value() or "").strip()
        return queryset.filter(tags__contains=[tag]) if tag else queryset


class LongListMixin:
    """For a ModelAdmin over many rows."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a count over the whole table for every choice of every filter
    list_per_page = 50
    list_filter_submit = True
