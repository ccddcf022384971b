from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_file_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="portal",
            name="goal_from_amount",
            field=models.BigIntegerField(
                blank=True, null=True, verbose_name="budget from which a goal is compulsory"
            ),
        ),
        migrations.AddConstraint(
            model_name="portal",
            constraint=models.CheckConstraint(
                condition=models.Q(("goal_from_amount", None), ("goal_from_amount__gte", 0), _connector="OR"),
                name="portal_goal_from_amount",
            ),
        ),
    ]
