"""When the order was paid, so that a period is found without looking at all orders."""

from django.db import migrations, models

PAID = 'UPDATE reporting_led l SET paid_at = o.paid_at FROM orders_order o WHERE o.id = l."order"'


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0004_orders_by_placement"),
        ("orders", "0001_initial"),
    ]

    operations = [
        migrations.AddField(model_name="led", name="paid_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(PAID, migrations.RunSQL.noop),
        migrations.AlterField(model_name="led", name="paid_at", field=models.DateTimeField()),
        migrations.AddIndex(model_name="led", index=models.Index(fields=["paid_at"], name="led_by_time")),
    ]
