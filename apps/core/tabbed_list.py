"""Long lists in the admin: tabs chosen by `?tab=`, filters and search inside them, pages without counting all rows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

TAB = "tab"
STARRED = "starred"
EXACT = 10_000


class TabbedChangeList(ChangeList):
    """For a ModelAdmin with `tabs` (name, title), the first of them shown first, and a `tab_queryset`."""

    def __init__(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        self.tab = request.GET.get(TAB, "")
        super().__init__(request, *arguments, **options)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        found.pop(TAB, None)
        return found

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        queryset = super().get_queryset(request, exclude_parameters)
        if self.tab == STARRED and self.has_stars:
            return queryset.filter(starred=True)
        return self.model_admin.tab_queryset(request, queryset, self.tab)

    @property
    def has_stars(self) -> bool:
        """Whether its rows say which of them the reader has starred, as `starred`."""
        return hasattr(self.model_admin, "star")

    def get_results(self, request: HttpRequest) -> None:
        """The heading says how many of how many; here the tab says of what, and nothing is counted twice."""
        super().get_results(request)
        self.full_result_count = self.result_count

    def tab_links(self) -> list[dict[str, Any]]:
        """Every tab with its address; the page starts anew, filters and search stay."""
        stars = [(STARRED, _("Starred"))] if self.has_stars else []
        return [
            {
                "title": title,
                "active": name == self.tab,
                "link": self.get_query_string({TAB: name} if name else {}, [TAB, "p"]),
            }
            for name, title in (*self.model_admin.tabs, *stars)
        ]


class EstimatingPaginator(Paginator):
    """Exact while short, beyond that the table's own statistics."""

    @cached_property
    def count(self) -> int:
        """At most `EXACT` + 1 rows are counted."""
        rows: Any = self.object_list
        counted = rows.order_by().values("pk")[: EXACT + 1].count()
        if counted <= EXACT or rows.query.where:
            return counted
        return max(_estimate(rows.model._meta.db_table), counted)


def _estimate(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        row = cursor.fetchone()
    return row[0] if row else 0
