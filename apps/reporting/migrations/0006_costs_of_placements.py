"""The cost of placements may be left to their prices a day; reports of a placement find its hours and orders."""

from django.db import migrations, models
from django.db.migrations.state import StateApps


def not_told(apps: StateApps, editor: object) -> None:
    """Until now nothing told and nothing spent were both a zero."""
    review = apps.get_model("reporting", "Review")
    review._default_manager.filter(placement_cost_amount=0).update(placement_cost_amount=None)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_led_by_time")]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="placement_cost_amount",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="cost of placements"),
        ),
        migrations.RunPython(not_told, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="seen",
            index=models.Index(fields=["placement", "hour"], name="seen_by_placement"),
        ),
        migrations.AddIndex(
            model_name="led",
            index=models.Index(fields=["placement", "paid_at"], name="led_by_placement_time"),
        ),
    ]
