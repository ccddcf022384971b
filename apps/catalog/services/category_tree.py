"""Keeps every category's path and exclusions in effect what its ancestors make them."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.catalog.loops import find_loop
from apps.catalog.models.tree import MAX_DEPTH, Category
from apps.core.errors import DomainError

# From the roots down: a category in a loop is reached from no root. One level too many shows that a tree is
# too deep without following it further.
REBUILD = """
WITH RECURSIVE tree AS (
    SELECT code, ARRAY[code]::varchar[] AS path, excluded_from::varchar[] AS excluded_all
    FROM catalog_category WHERE parent_id IS NULL
    UNION ALL
    SELECT c.code, t.path || c.code,
           ARRAY(
               SELECT DISTINCT word FROM unnest(t.excluded_all || c.excluded_from) word ORDER BY word
           )::varchar[]
    FROM tree t JOIN catalog_category c ON c.parent_id = t.code
    WHERE cardinality(t.path) <= %(depth)s
), written AS (
    UPDATE catalog_category c SET path = t.path, excluded_all = t.excluded_all
    FROM tree t WHERE t.code = c.code AND cardinality(t.path) <= %(depth)s
      AND (c.path, c.excluded_all) IS DISTINCT FROM (t.path, t.excluded_all)
    RETURNING c.code
)
SELECT (SELECT count(*) FROM written),
       ARRAY(SELECT code FROM tree WHERE cardinality(path) > %(depth)s ORDER BY code LIMIT 20),
       EXISTS (SELECT code FROM catalog_category EXCEPT SELECT code FROM tree)
"""


def lock_category_tree() -> None:
    """One change of the tree at a time: two moves that are right alone can make a loop together."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_category IN SHARE ROW EXCLUSIVE MODE")


def rebuild_paths() -> int:
    """Write the paths that parents imply, in one statement; returns how many changed.

    Raises DomainError `category_loop` or `category_depth` on `parent`; call after lock_category_tree().
    """
    with connection.cursor() as cursor:
        cursor.execute(REBUILD, {"depth": MAX_DEPTH})
        row = cursor.fetchone()
    assert row is not None
    changed, too_deep, unreached = row
    if too_deep:
        raise DomainError(
            "category_depth",
            _("The category tree is deeper than %(levels)s levels at %(codes)s."),
            field="parent",
            levels=MAX_DEPTH,
            codes=", ".join(too_deep),
        )
    if unreached:
        raise DomainError(
            "category_loop",
            _("A category can't be below itself: %(codes)s."),
            field="parent",
            codes=_loop(),
        )
    return changed


def _loop() -> str:
    loop = find_loop(dict(Category.objects.values_list("code", "parent_id")))
    return " < ".join((*loop, *loop[:1]))
