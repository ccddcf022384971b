"""What the database itself refuses about things and versions, whoever writes: shell, SQL, a service with a fault."""

from collections.abc import Iterable

from django.db.migrations import RunSQL

REFUSE = "USING ERRCODE = 'check_violation'"


def guard_states(table: str, edges: Iterable[tuple[str, str]], *, runs: bool) -> RunSQL:
    """`table` changes its status along `edges` only, begins as a draft, and is deleted only as one.

    With `runs` the reasons of an end are tied to the state they end: only what is live sells out, only what has a
    pending revocation is revoked.
    """
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in sorted(edges))
    endings = ENDINGS if runs else ""
    function = f"""
CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION '%: a thing begins as a draft', NEW.code {REFUSE};
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION '%: only drafts are deleted', OLD.code {REFUSE};
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.code <> OLD.code AND OLD.status <> 'draft' THEN
        RAISE EXCEPTION '%: the code is fixed from submission on', OLD.code {REFUSE};
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN ({pairs}) THEN
        RAISE EXCEPTION '%: no way from % to %', OLD.code, OLD.status, NEW.status {REFUSE};
    END IF;
    {endings}
    RETURN NEW;
END $$;
"""
    return _before_each_row(table, function)


ENDINGS = f"""
    IF NEW.end_reason IN ('sold_out', 'budget_exhausted') AND OLD.status <> 'live' THEN
        RAISE EXCEPTION '%: only what is live is used up', OLD.code {REFUSE};
    END IF;
    IF NEW.end_reason = 'revoked' AND NOT OLD.revocation_pending THEN
        RAISE EXCEPTION '%: nobody asked for a revocation', OLD.code {REFUSE};
    END IF;
    IF OLD.status = 'paused' AND NEW.status <> 'ended' AND NEW.resumed_by_id IS NULL THEN
        RAISE EXCEPTION '%: somebody must answer for going on', OLD.code {REFUSE};
    END IF;
"""

VERSION_EDGES = (
    ("draft", "in_review"),
    ("draft", "discarded"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("in_review", "discarded"),
    ("approved", "superseded"),
)


def guard_versions(table: str, owner_table: str, subject_type: str, action: str) -> RunSQL:
    """Content changes only while it is a draft; a version is approved only by a request for exactly its hash.

    The one exception is marked on the row and needs a portal that has never approved anything.
    """
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in VERSION_EDGES)
    function = f"""
CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.without_approval THEN
            RAISE EXCEPTION 'a version begins as a draft' {REFUSE};
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'version %: only drafts are deleted', OLD.id {REFUSE};
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.subject_id, NEW.number) <> (OLD.subject_id, OLD.number) OR NOT NEW.editor_ids @> OLD.editor_ids THEN
        RAISE EXCEPTION 'version %: number and editors stay', OLD.id {REFUSE};
    END IF;
    IF (NEW.content, NEW.content_hash) IS DISTINCT FROM (OLD.content, OLD.content_hash)
            AND (OLD.state <> 'draft' OR NEW.state <> 'draft') THEN
        RAISE EXCEPTION 'version %: only a draft can be edited', OLD.id {REFUSE};
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'version %: no way from % to %', OLD.id, OLD.state, NEW.state {REFUSE};
    END IF;
    IF NEW.state = 'approved' AND NEW.without_approval
            AND EXISTS (SELECT FROM approvals_approvaldecision WHERE verdict = 'approve') THEN
        RAISE EXCEPTION 'version %: this portal approves', OLD.id {REFUSE};
    END IF;
    IF NEW.state = 'approved' AND NOT NEW.without_approval AND NOT EXISTS (
            SELECT FROM approvals_approvalrequest r JOIN {owner_table} o ON o.code = r.subject_code
            WHERE o.id = NEW.subject_id AND r.subject_type = '{subject_type}' AND r.action = '{action}'
                AND r.version = NEW.number AND r.content_hash = NEW.content_hash AND r.state = 'approved') THEN
        RAISE EXCEPTION 'version %: nobody approved this content', OLD.id {REFUSE};
    END IF;
    RETURN NEW;
END $$;
"""  # noqa: S608 - names of our own tables
    return _before_each_row(table, function)


def _before_each_row(table: str, function: str) -> RunSQL:
    return RunSQL(
        [
            function,
            f"CREATE TRIGGER {table}_guard BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
        ],
        [f"DROP TRIGGER {table}_guard ON {table}", f"DROP FUNCTION {table}_guard"],
    )
