from django.db import migrations, models

import apps.core.codes


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_settlement_guards"),
        ("sightings", "0002_by_customer"),
    ]

    operations = [
        migrations.CreateModel(
            name="Led",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.BigIntegerField()),
                ("code", apps.core.codes.CodeField(db_collation="C", max_length=64)),
                ("placement", apps.core.codes.CodeField(db_collation="C", max_length=64)),
                ("clicked", models.BooleanField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["code", "placement"], name="led_by_placement")],
                "constraints": [models.UniqueConstraint(fields=("order", "code"), name="led_once")],
            },
        ),
    ]
