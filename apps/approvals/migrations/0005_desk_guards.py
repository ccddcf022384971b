from django.db import migrations

from apps.core.append_only import append_only

CHECK = """
CREATE OR REPLACE FUNCTION portal_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
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
    {delegated}
    IF NEW.seen_hash <> asked.content_hash THEN
        RAISE EXCEPTION 'request % asks for other content than was seen', asked.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
DELEGATED = """
    IF NEW.on_behalf_of_id IS NOT NULL THEN
        IF NEW.on_behalf_of_id = asked.submitter_id OR NEW.on_behalf_of_id = ANY (asked.barred_ids) THEN
            RAISE EXCEPTION 'four eyes: user % has a hand in request %', NEW.on_behalf_of_id, asked.id
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM approvals_delegation d
                WHERE d.delegate_id = NEW.approver_id AND d.principal_id = NEW.on_behalf_of_id
                    AND d.ended_at IS NULL AND d.starts_at <= clock_timestamp() AND clock_timestamp() < d.ends_at
                    AND (d.confirmed_by_id IS NOT NULL OR NOT d.needs_confirmation)) THEN
            RAISE EXCEPTION 'user % does not stand in for user %', NEW.approver_id, NEW.on_behalf_of_id
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
"""


class Migration(migrations.Migration):
    """Four eyes with delegates, in the database, too; what was told before is not mailed now."""

    dependencies = [("approvals", "0004_desk")]

    operations = [
        migrations.RunSQL(
            [CHECK.replace("{delegated}", DELEGATED)],
            [CHECK.replace("{delegated}", "")],
        ),
        append_only("approvals_comment"),
        append_only("approvals_attachment"),
        migrations.RunSQL("UPDATE approvals_notice SET mail_due_at = NULL", migrations.RunSQL.noop),
    ]
