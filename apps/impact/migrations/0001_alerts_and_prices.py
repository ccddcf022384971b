import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.clock
import apps.core.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("below_cost", "could sell below cost"),
                            ("below_floor", "could sell below its floor price"),
                            ("order_refused", "orders below the floor price were refused"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("critical", "critical"), ("high", "high")],
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("closed", "closed")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                (
                    "offers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        size=None,
                        verbose_name="offers",
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("run", models.CharField(blank=True, max_length=40)),
                (
                    "raised_at",
                    models.DateTimeField(
                        db_default=apps.core.clock.DatabaseNow(), editable=False, verbose_name="raised"
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        db_default=apps.core.clock.DatabaseNow(), editable=False, verbose_name="seen last"
                    ),
                ),
                (
                    "paused",
                    apps.core.codes.CodeField(
                        blank=True, db_collation="C", max_length=64, verbose_name="paused by rule"
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("fixed", "It was a mistake and has been put right"),
                            ("accepted", "It is meant: accepted at this price"),
                            ("false_alarm", "It cannot happen: a false alarm"),
                        ],
                        max_length=12,
                        null=True,
                        verbose_name="cause",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "ordering": ["-id"],
                "permissions": [
                    ("close_alert", "Can close alerts with a cause"),
                    ("run_patrol", "Can start the patrol"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["severity", "-id"], name="alert_open"
                    ),
                    models.Index(fields=["key", "-id"], name="alert_by_key"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("key",), name="alert_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cause__in", ["fixed", "accepted", "false_alarm"]),
                                ("cause__isnull", False),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "closed"),
                            ),
                            models.Q(
                                ("cause", None), ("closed_at", None), ("closed_by", None), ("state", "open")
                            ),
                            _connector="OR",
                        ),
                        name="alert_closed_with_cause",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertGood",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", apps.core.codes.CodeField(db_collation="C", max_length=64, verbose_name="SKU")),
                ("amount", models.BigIntegerField(verbose_name="price")),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                ("floor_amount", models.BigIntegerField(null=True, verbose_name="floor price")),
                ("cost_amount", models.BigIntegerField(null=True, verbose_name="cost")),
                ("as_of", models.DateTimeField(verbose_name="at")),
                ("cart", models.JSONField(default=list)),
                ("profile", models.JSONField(default=dict)),
                ("stack", models.JSONField(default=list)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="goods", to="impact.alert"
                    ),
                ),
            ],
            options={
                "verbose_name": "goods of an alert",
                "verbose_name_plural": "goods of alerts",
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("alert", "sku"), name="alert_good_once")],
            },
        ),
        migrations.CreateModel(
            name="PaidLow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", apps.core.codes.CodeField(db_collation="C", max_length=64, verbose_name="SKU")),
                ("day", models.DateField(verbose_name="day")),
                ("amount", models.BigIntegerField(verbose_name="lowest price paid")),
            ],
            options={
                "verbose_name": "lowest price paid",
                "verbose_name_plural": "lowest prices paid",
                "ordering": ["sku", "day"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("sku", "day"), name="paid_low_once")],
            },
        ),
        migrations.CreateModel(
            name="PatrolMark",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("checked_at", models.DateTimeField()),
                ("audit_id", models.BigIntegerField(default=0)),
                ("nightly_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "mark of the patrol",
                "verbose_name_plural": "marks of the patrol",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="patrol_mark_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="PauseRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("below_cost", "could sell below cost"),
                            ("below_floor", "could sell below its floor price"),
                            ("order_refused", "orders below the floor price were refused"),
                        ],
                        max_length=20,
                        verbose_name="on",
                    ),
                ),
                ("at_least", models.PositiveIntegerField(default=1, verbose_name="from so many SKUs on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for a second administrator"),
                            ("active", "in force"),
                            ("off", "off"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=apps.core.clock.DatabaseNow(), editable=False, verbose_name="proposed"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "pause rule",
                "verbose_name_plural": "pause rules",
                "ordering": ["-id"],
                "permissions": [("confirm_pauserule", "Can confirm or switch off pause rules")],
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "active"), _negated=True),
                            models.Q(
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="pause_rule_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at_least__gte", 1)), name="pause_rule_at_least"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceMark",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("followed_at", models.DateTimeField()),
                ("book", models.BigIntegerField(default=0)),
                ("entry", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "mark of the price history",
                "verbose_name_plural": "marks of the price history",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="price_mark_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", apps.core.codes.CodeField(db_collation="C", max_length=64, verbose_name="SKU")),
                ("list_amount", models.BigIntegerField(verbose_name="list price")),
                ("price_amount", models.BigIntegerField(verbose_name="promotion price")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "price of a SKU",
                "verbose_name_plural": "prices of SKUs",
                "ordering": ["sku", "starts_at"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["sku", "ends_at"], name="price_span_by_end")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_at", None)), fields=("sku",), name="price_span_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="price_span_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_amount__gte", 0), ("list_amount__gte", 0)),
                        name="price_span_amounts",
                    ),
                ],
            },
        ),
    ]
