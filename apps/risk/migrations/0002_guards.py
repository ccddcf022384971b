from collections.abc import Iterable

from django.db import migrations

from apps.core.append_only import append_only
from apps.risk.answers_sql import DROP, FUNCTION
from apps.risk.lifecycle import CASE_EDGES, VERSION_EDGES
from apps.risk.rules.base import LONGEST_DAYS

REFUSE = "USING ERRCODE = 'check_violation'"


def pairs(edges: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in edges)


VERSION = f"""
CREATE FUNCTION risk_ruleversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'versions of rules are never deleted' {REFUSE};
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a version begins as a draft' {REFUSE};
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.rule_id, NEW.number) <> (OLD.rule_id, OLD.number) OR NOT NEW.editor_ids @> OLD.editor_ids THEN
        RAISE EXCEPTION 'version %: number and editors stay', OLD.id {REFUSE};
    END IF;
    IF (NEW.content, NEW.content_hash) IS DISTINCT FROM (OLD.content, OLD.content_hash)
            AND (OLD.state <> 'draft' OR NEW.state <> 'draft') THEN
        RAISE EXCEPTION 'version %: only a draft can be edited', OLD.id {REFUSE};
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({pairs(VERSION_EDGES)}) THEN
        RAISE EXCEPTION 'version %: no way from % to %', OLD.id, OLD.state, NEW.state {REFUSE};
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' AND NOT EXISTS (
            SELECT FROM approvals_approvalrequest r JOIN risk_rule o ON o.code = r.subject_code
            WHERE o.id = NEW.rule_id AND r.subject_type = 'risk.rule' AND r.action = 'risk_rule.publish'
                AND r.version = NEW.number AND r.content_hash = NEW.content_hash AND r.state = 'approved') THEN
        RAISE EXCEPTION 'version %: nobody approved this content', OLD.id {REFUSE};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER risk_ruleversion_guard BEFORE INSERT OR UPDATE OR DELETE ON risk_ruleversion
    FOR EACH ROW EXECUTE FUNCTION risk_ruleversion_guard();
"""

RULE = f"""
CREATE FUNCTION risk_rule_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND (NEW.current_id IS NOT NULL OR NEW.active))
            OR (TG_OP = 'UPDATE' AND (NEW.current_id, NEW.active) IS DISTINCT FROM (OLD.current_id, OLD.active)
                AND NOT EXISTS (SELECT FROM risk_ruleversion v WHERE v.id = NEW.current_id AND v.rule_id = NEW.id
                    AND v.state = 'approved' AND (v.content->>'active')::boolean = NEW.active)) THEN
        RAISE EXCEPTION 'rule %: only an approved version binds', NEW.code {REFUSE};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER risk_rule_guard BEFORE INSERT OR UPDATE ON risk_rule
    FOR EACH ROW EXECUTE FUNCTION risk_rule_guard();
"""

CASE = f"""
CREATE FUNCTION risk_reviewcase_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'reviews are never deleted' {REFUSE};
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'a review begins open' {REFUSE};
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({pairs(CASE_EDGES)}) THEN
        RAISE EXCEPTION 'review %: no way from % to %', OLD.id, OLD.state, NEW.state {REFUSE};
    END IF;
    IF NEW.state = 'released' AND OLD.state <> 'released' AND NOT EXISTS (
            SELECT FROM approvals_approvalrequest r WHERE r.subject_type = 'risk.reviewcase'
                AND r.subject_code = OLD.id::text AND r.action = 'risk_case.release' AND r.state = 'approved'
                AND r.created_at > COALESCE(OLD.decided_at, '-infinity')) THEN
        RAISE EXCEPTION 'review %: nobody confirmed a release', OLD.id {REFUSE};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER risk_reviewcase_guard BEFORE INSERT OR UPDATE OR DELETE ON risk_reviewcase
    FOR EACH ROW EXECUTE FUNCTION risk_reviewcase_guard();
"""

DENIAL = f"""
CREATE FUNCTION risk_deniedmark_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
            OR (NEW.mark, NEW.subject) <> (OLD.mark, OLD.subject) THEN
        RAISE EXCEPTION 'an entry of the deny list only ends' {REFUSE};
    END IF;
    IF NOT EXISTS (
            SELECT FROM approvals_approvalrequest r WHERE r.subject_type = 'risk.deniedmark'
                AND r.subject_code = OLD.id::text AND r.action = 'risk_denial.remove' AND r.state = 'approved') THEN
        RAISE EXCEPTION 'entry %: nobody approved its removal', OLD.id {REFUSE};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER risk_deniedmark_guard BEFORE UPDATE OR DELETE ON risk_deniedmark
    FOR EACH ROW EXECUTE FUNCTION risk_deniedmark_guard();
"""

EVENT = f"""
CREATE FUNCTION risk_riskevent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR OLD.at > clock_timestamp() - interval '{LONGEST_DAYS} days' THEN
        RAISE EXCEPTION 'a rule may still count this event' {REFUSE};
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER risk_riskevent_guard BEFORE UPDATE OR DELETE ON risk_riskevent
    FOR EACH ROW EXECUTE FUNCTION risk_riskevent_guard();
"""


def drop(table: str) -> str:
    return f"DROP TRIGGER {table}_guard ON {table}; DROP FUNCTION {table}_guard"


class Migration(migrations.Migration):
    """What holds in the shell and in raw SQL, too; and the function that answers the rules' questions."""

    dependencies = [("risk", "0001_initial"), ("approvals", "0002_four_eyes")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE risk_rules_version", "DROP SEQUENCE risk_rules_version"),
        migrations.RunSQL(FUNCTION, DROP),
        migrations.RunSQL(VERSION, drop("risk_ruleversion")),
        migrations.RunSQL(RULE, drop("risk_rule")),
        migrations.RunSQL(CASE, drop("risk_reviewcase")),
        migrations.RunSQL(DENIAL, drop("risk_deniedmark")),
        migrations.RunSQL(EVENT, drop("risk_riskevent")),
        append_only("risk_decision"),
    ]
