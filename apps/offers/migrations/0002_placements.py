"""Placements as records; those that the pack format names from the start are there at once."""

from typing import Any

from django.db import migrations, models

import apps.core.codes

KNOWN = (
    ("home", "首页", "home page"),
    ("venue", "会场", "venue"),
    ("list", "商品列表", "product list"),
    ("product", "商品详情页", "product page"),
    ("cart", "购物车", "cart"),
    ("checkout", "结算页", "checkout"),
    ("coupon_center", "领券中心", "coupon centre"),
    ("popup", "弹窗", "pop-up"),
)


def describe(known: Any, schema_editor: Any) -> None:
    placement = known.get_model("offers", "PlacementRecord")
    rows = [
        placement(code=code, name_zh=chinese, name_en=english, position=position)
        for position, (code, chinese, english) in enumerate(KNOWN, start=1)
    ]
    placement.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PlacementRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    apps.core.codes.CodeField(
                        db_collation="C", max_length=64, unique=True, verbose_name="code"
                    ),
                ),
                ("name_zh", models.CharField(max_length=200, verbose_name="name (Chinese)")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name (English)")),
                ("channel", models.CharField(blank=True, max_length=200, verbose_name="channel")),
                ("size", models.CharField(blank=True, max_length=100, verbose_name="size")),
                ("rule", models.TextField(blank=True, verbose_name="rule of what may stand there")),
                (
                    "cost_per_day_amount",
                    models.BigIntegerField(blank=True, null=True, verbose_name="cost per day"),
                ),
                ("position", models.IntegerField(default=100, verbose_name="order in lists")),
                ("is_active", models.BooleanField(default=True, verbose_name="may be picked")),
            ],
            options={
                "verbose_name": "placement",
                "verbose_name_plural": "placements",
                "ordering": ["position", "code"],
                "default_permissions": ("add", "change", "view"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(code__regex="^[!-.0-~]{1,64}$"), name="placement_code_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(cost_per_day_amount=None) | models.Q(cost_per_day_amount__gte=0),
                        name="placement_cost_not_negative",
                    ),
                ],
            },
        ),
        migrations.RunPython(describe, migrations.RunPython.noop),
    ]
