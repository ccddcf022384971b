"""Any part of a name is found by its trigrams: lists, look-ups and ⌘K among a hundred thousand activities and goods."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

BY_WORDS = "CREATE INDEX {name} ON {table} USING gin (upper(name::text) gin_trgm_ops)"
INDEXES = {"activity_by_words": "activities_activity", "sku_by_words": "catalog_sku"}


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_patterns"), ("catalog", "0004_refuse_below_floor")]

    operations = [
        TrigramExtension(),
        *(
            migrations.RunSQL(BY_WORDS.format(name=name, table=table), f"DROP INDEX {name}")
            for name, table in INDEXES.items()
        ),
    ]
