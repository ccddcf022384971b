"""What the database itself keeps true of the category tree: paths without loops, and their copies on SKUs."""

from django.db import migrations

# A path must be the parent's path and its own code when the transaction commits, so no loop can be stored.
TRUE_PATHS = """
CREATE FUNCTION catalog_check_category_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present catalog_category%ROWTYPE;
    parent_path text[] := '{}';
BEGIN
    -- The row as it stands at commit: it may have been written again after the change that queued this check.
    SELECT * INTO present FROM catalog_category WHERE code = NEW.code;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF present.parent_id IS NOT NULL THEN
        SELECT path INTO parent_path FROM catalog_category WHERE code = present.parent_id;
    END IF;
    IF present.path::text[] IS DISTINCT FROM parent_path || present.code::text OR EXISTS (
        SELECT 1 FROM catalog_category
        WHERE parent_id = NEW.code AND path::text[] IS DISTINCT FROM present.path::text[] || code::text
    ) THEN
        RAISE EXCEPTION 'category %: paths that do not follow from parents', NEW.code
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'category_true_paths';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER category_true_paths AFTER INSERT OR UPDATE ON catalog_category
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog_check_category_path();
"""
TRUE_PATHS_UNDO = """
DROP TRIGGER category_true_paths ON catalog_category;
DROP FUNCTION catalog_check_category_path();
"""

# FOR SHARE makes a SKU that enters a category and a change of that category wait for each other.
SKU_COPIES = """
CREATE FUNCTION catalog_sku_from_category() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above catalog_category%ROWTYPE;
BEGIN
    IF NEW.category_id IS NOT NULL THEN
        SELECT * INTO above FROM catalog_category WHERE code = NEW.category_id FOR SHARE;
    END IF;
    NEW.category_path := COALESCE(above.path, '{}');
    NEW.excluded_all := ARRAY(
        SELECT DISTINCT word FROM unnest(NEW.excluded_from || COALESCE(above.excluded_all, '{}')) word ORDER BY word
    );
    RETURN NEW;
END $$;
CREATE TRIGGER sku_from_category BEFORE INSERT OR UPDATE OF category_id, excluded_from, category_path, excluded_all
    ON catalog_sku FOR EACH ROW EXECUTE FUNCTION catalog_sku_from_category();

CREATE FUNCTION catalog_category_to_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The row trigger above gives the values; this only says which SKUs are concerned.
    UPDATE catalog_sku s SET category_path = n.path
    FROM new_rows n JOIN old_rows o USING (code)
    WHERE s.category_id = n.code AND (n.path, n.excluded_all) IS DISTINCT FROM (o.path, o.excluded_all);
    RETURN NULL;
END $$;
CREATE TRIGGER category_to_skus AFTER UPDATE ON catalog_category
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_category_to_skus();
"""
SKU_COPIES_UNDO = """
DROP TRIGGER category_to_skus ON catalog_category;
DROP FUNCTION catalog_category_to_skus();
DROP TRIGGER sku_from_category ON catalog_sku;
DROP FUNCTION catalog_sku_from_category();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(TRUE_PATHS, TRUE_PATHS_UNDO),
        migrations.RunSQL(SKU_COPIES, SKU_COPIES_UNDO),
    ]
