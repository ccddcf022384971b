from django.db import migrations

CHECK = """
CREATE OR REPLACE FUNCTION portal_check_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'approval requests are never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'pending' THEN
            RAISE EXCEPTION 'a request begins pending' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.action, NEW.subject_type, NEW.subject_code, NEW.version, NEW.content_hash, NEW.submitter_id,
            NEW.barred_ids, NEW.payload)
        IS DISTINCT FROM (OLD.action, OLD.subject_type, OLD.subject_code, OLD.version, OLD.content_hash,
            OLD.submitter_id, OLD.barred_ids, OLD.payload)
        OR {needed} THEN
        RAISE EXCEPTION 'what request % asks for cannot change', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'pending' AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'request % is % for good', OLD.id, OLD.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'pending' AND (
            SELECT count(*) FILTER (WHERE verdict = 'approve') < NEW.needed
                OR count(*) FILTER (WHERE verdict = 'reject') > 0
            FROM approvals_approvaldecision WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'request % needs % approvals', NEW.id, NEW.needed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
RISES = "NEW.needed < OLD.needed OR (NEW.needed <> OLD.needed AND OLD.state <> 'pending')"
FIXED = "NEW.needed <> OLD.needed"


class Migration(migrations.Migration):
    """A risk found after the submission may ask for one more approver, never for one less."""

    dependencies = [("approvals", "0005_desk_guards")]

    operations = [
        migrations.RunSQL([CHECK.replace("{needed}", RISES)], [CHECK.replace("{needed}", FIXED)]),
    ]
