"""A campaign belongs to the shop whose coupons it hands out; those of several shops make it the platform's."""

from django.db import migrations

SHOPS = """
UPDATE coupons_claimcampaign c SET shop_code = owned.shop
FROM (
    SELECT newest.subject_id AS id, min(t.shop_code) AS shop
    FROM (
        SELECT DISTINCT ON (v.subject_id) v.subject_id, v.content
        FROM coupons_campaignversion v JOIN coupons_claimcampaign k ON k.id = v.subject_id
        ORDER BY v.subject_id, (v.id = k.current_id) DESC NULLS LAST, v.number DESC
    ) newest
    CROSS JOIN LATERAL jsonb_array_elements(newest.content -> 'items') item
    JOIN coupons_coupontemplate t ON t.code = item ->> 'template'
    GROUP BY newest.subject_id
    HAVING count(DISTINCT t.shop_code) = 1
) owned
WHERE owned.id = c.id AND c.shop_code <> owned.shop
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0006_code_guards")]

    operations = [migrations.RunSQL(SHOPS, migrations.RunSQL.noop)]
