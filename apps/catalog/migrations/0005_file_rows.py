"""Rows of uploaded files on their way into the catalogue, under the number of the job that read them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_refuse_below_floor")]

    operations = [
        migrations.RunSQL(
            [
                """CREATE TABLE catalog_filerow (
                    job bigint NOT NULL, line integer NOT NULL, code varchar(64) COLLATE "C" NOT NULL,
                    name varchar(500), shop_id varchar(64) COLLATE "C", category_id varchar(64) COLLATE "C",
                    brand_id varchar(64) COLLATE "C", tags varchar(200)[], price_amount bigint, cost_amount bigint,
                    floor_price_amount bigint, min_price_amount bigint, excluded_from varchar(20)[]
                )""",
                "CREATE INDEX catalog_filerow_by_code ON catalog_filerow (job, code)",
            ],
            "DROP TABLE catalog_filerow",
        )
    ]
