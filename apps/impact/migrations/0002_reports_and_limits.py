import django.db.models.deletion
from django.db import migrations, models

import apps.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0006_needed_may_rise"),
        ("core", "0006_jobs"),
        ("impact", "0001_alerts_and_prices"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImpactLimits",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "depth_bps",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="largest discount of a SKU"
                    ),
                ),
                (
                    "cost_amount",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="most that one request may cost"
                    ),
                ),
            ],
            options={
                "verbose_name": "limits of approval",
                "verbose_name_plural": "limits of approval",
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="impact_limits_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("depth_bps", None),
                                models.Q(("depth_bps__gte", 1), ("depth_bps__lte", 10000)),
                                _connector="OR",
                            ),
                            models.Q(("cost_amount", None), ("cost_amount__gte", 0), _connector="OR"),
                        ),
                        name="impact_limits_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImpactReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content_hash", models.CharField(max_length=64, verbose_name="content hash")),
                ("book_version", models.BigIntegerField(default=0, verbose_name="offer book")),
                ("found", models.JSONField(default=dict, verbose_name="findings")),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=apps.core.clock.DatabaseNow(), editable=False, verbose_name="asked for"
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="computed")),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.job",
                        verbose_name="task",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="impact_reports",
                        to="approvals.approvalrequest",
                        verbose_name="request",
                    ),
                ),
            ],
            options={
                "verbose_name": "impact report",
                "verbose_name_plural": "impact reports",
                "ordering": ["-id"],
                "permissions": [("compute_impactreport", "Can have impact reports computed anew")],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["request", "-id"], name="impact_report_newest")],
            },
        ),
    ]
