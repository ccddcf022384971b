"""Tags as records, the last order of a customer, who was in an audience at publication; uploads on their way."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.core.clock
import apps.core.codes

# Orders that were paid before the column was there; an empty portal has no such table yet.
KNOWN_ORDERS = """
DO $$ BEGIN
    IF to_regclass('orders_order') IS NOT NULL THEN
        UPDATE audiences_customer c SET last_order_at = o.at FROM (
            SELECT customer_code, max(paid_at) AS at FROM orders_order WHERE paid_at IS NOT NULL GROUP BY 1
        ) o WHERE o.customer_code = c.code;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0003_list_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="TagCategory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "category of tags",
                "verbose_name_plural": "categories of tags",
                "ordering": ["position", "name"],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.AddField(
            model_name="audience",
            name="counted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="counted"),
        ),
        migrations.AddField(
            model_name="audience",
            name="people",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="customers"),
        ),
        migrations.AddField(
            model_name="customer",
            name="last_order_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last order"),
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=80)),
                (
                    "subject_code",
                    apps.core.codes.CodeField(db_collation="C", max_length=64, verbose_name="offer"),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "audiences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=apps.core.codes.CodeField(db_collation="C", max_length=64),
                        size=None,
                        verbose_name="audiences",
                    ),
                ),
                ("holdout_bps", models.IntegerField(default=0, verbose_name="holdout")),
                ("people", models.BigIntegerField(default=0, verbose_name="customers")),
                ("held_out", models.BigIntegerField(default=0, verbose_name="of them held out")),
                (
                    "taken_at",
                    models.DateTimeField(
                        db_default=apps.core.clock.DatabaseNow(), editable=False, verbose_name="taken"
                    ),
                ),
                ("complete", models.BooleanField(default=False, verbose_name="complete")),
            ],
            options={
                "verbose_name": "audience at publication",
                "verbose_name_plural": "audiences at publication",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_code", "version"), name="snapshot_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_out__gte", 0), ("held_out__lte", models.F("people")), ("people__gte", 0)
                        ),
                        name="snapshot_numbers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotMember",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "snapshot_id",
                        "customer_code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "customer_code",
                    apps.core.codes.CodeField(db_collation="C", max_length=64, verbose_name="customer"),
                ),
                ("held_out", models.BooleanField(verbose_name="held out")),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="audiences.snapshot",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200, unique=True, verbose_name="tag")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what it means")),
                (
                    "in_use",
                    models.BooleanField(
                        default=True, help_text="Offered where people write rules.", verbose_name="in use"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tags",
                        to="audiences.tagcategory",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
                "ordering": ["category__position", "category__name", "text"],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.RunSQL(KNOWN_ORDERS, migrations.RunSQL.noop),
        migrations.RunSQL(
            """CREATE TABLE audiences_uploadedmember (
                job bigint NOT NULL, customer_code varchar(64) COLLATE "C" NOT NULL
            )""",
            "DROP TABLE audiences_uploadedmember",
        ),
    ]
