from django.db import migrations

from apps.core.append_only import append_only

DECISION = """
CREATE FUNCTION portal_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked approvals_approvalrequest%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM approvals_approvalrequest WHERE id = NEW.request_id FOR UPDATE;
    IF asked.state <> 'pending' THEN
        RAISE EXCEPTION 'request % is %', asked.id, asked.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.approver_id = asked.submitter_id OR NEW.approver_id = ANY (asked.barred_ids) THEN
        RAISE EXCEPTION 'four eyes: user % has a hand in request %', NEW.approver_id, asked.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.seen_hash <> asked.content_hash THEN
        RAISE EXCEPTION 'request % asks for other content than was seen', asked.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_decision_check BEFORE INSERT ON approvals_approvaldecision
    FOR EACH ROW EXECUTE FUNCTION portal_check_decision();
"""

REQUEST = """
CREATE FUNCTION portal_check_request() RETURNS trigger LANGUAGE plpgsql AS $$
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
            NEW.barred_ids, NEW.needed, NEW.payload)
        IS DISTINCT FROM (OLD.action, OLD.subject_type, OLD.subject_code, OLD.version, OLD.content_hash,
            OLD.submitter_id, OLD.barred_ids, OLD.needed, OLD.payload) THEN
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
CREATE TRIGGER approvals_request_check BEFORE INSERT OR UPDATE OR DELETE ON approvals_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION portal_check_request();
"""


class Migration(migrations.Migration):
    """The promises of four eyes that hold in the shell and in raw SQL, too."""

    dependencies = [("approvals", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [DECISION, REQUEST],
            [
                "DROP TRIGGER approvals_request_check ON approvals_approvalrequest; DROP FUNCTION portal_check_request",
                "DROP TRIGGER approvals_decision_check ON approvals_approvaldecision; "
                "DROP FUNCTION portal_check_decision",
            ],
        ),
        append_only("approvals_approvaldecision"),
    ]
