from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_approve_protection"),
    ]

    operations = [
        migrations.AddField(
            model_name="portal",
            name="block_below_floor",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="refuse orders below the floor price"
            ),
        ),
    ]
