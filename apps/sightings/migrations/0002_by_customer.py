"""What one customer saw of one thing, newest last: asked for each order that is summed."""

from django.db import migrations

INDEX = """
CREATE INDEX sighting_by_customer ON sightings_sighting (customer_code, code, at)
WHERE customer_code <> '' AND placement <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("sightings", "0001_partitioned_by_day")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX sighting_by_customer")]
