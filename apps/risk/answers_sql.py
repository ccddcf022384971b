"""The function of the database behind `questions`, kept apart for the migration that makes it."""

# The plans of this function are kept per connection: an index now, so that they are still good when the tables have
# grown. `deny list`, `case`: what people decided; everything else counts events.
FUNCTION = """
CREATE FUNCTION risk_answers(
    locks bigint[], asked jsonb, zone text, given timestamptz, want_trigger text, want_subject text, want_customer text,
    OUT moment timestamptz, OUT numbers bigint[],
    OUT case_id bigint, OUT case_state text, OUT case_passes boolean, OUT case_facts jsonb
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
DECLARE
    one bigint;
BEGIN
    FOREACH one IN ARRAY locks LOOP
        PERFORM pg_advisory_xact_lock(one);
    END LOOP;
    moment := COALESCE(given, clock_timestamp());
    SELECT array_agg(
        CASE q.ask
            WHEN 'listed' THEN (
                SELECT count(*) FROM risk_deniedmark d WHERE d.removed_at IS NULL AND d.subject = ANY (q.subjects)
                    AND d.added_at < COALESCE(q.at, 'infinity'))
            WHEN 'amount' THEN (
                SELECT COALESCE(sum(e.amount), 0)::bigint FROM risk_riskevent e
                WHERE e.subject = q.subjects[1] AND e.trigger = q.of AND e.at > w.since AND e.at < w.before)
            WHEN 'points' THEN (
                SELECT COALESCE(sum(e.points), 0)::bigint FROM risk_riskevent e
                WHERE e.subject = q.subjects[1] AND e.trigger = q.of AND e.at > w.since AND e.at < w.before)
            WHEN 'returned' THEN (
                SELECT count(*) FROM risk_riskevent e WHERE e.subject = q.subjects[1] AND e.trigger = q.of
                    AND e.at > w.since AND e.at < w.before AND e.returned_coupon)
            WHEN 'broke' THEN (
                SELECT count(*) FROM risk_riskevent e WHERE e.subject = q.subjects[1] AND e.trigger = q.of
                    AND e.at > w.since AND e.at < w.before AND e.broke_tier)
            ELSE (
                SELECT count(*) FROM (
                    SELECT FROM risk_riskevent e WHERE e.subject = q.subjects[1] AND e.trigger = q.of
                        AND e.at > w.since AND e.at < w.before AND (q.scope = '' OR e.scope = q.scope)
                    LIMIT q.enough) counted)
        END ORDER BY q.n)
    INTO numbers
    FROM jsonb_to_recordset(asked) AS q(
        n int, ask text, subjects text[], of text, scope text, seconds bigint, today boolean, enough bigint,
        at timestamptz)
    CROSS JOIN LATERAL (
        SELECT COALESCE(q.at, 'infinity') AS before, CASE
            WHEN q.today THEN date_trunc('day', COALESCE(q.at, moment), zone) - interval '1 microsecond'
            ELSE COALESCE(q.at, moment) - make_interval(secs => q.seconds) END AS since) w;
    numbers := COALESCE(numbers, '{}');
    SELECT c.id, c.state, c.state = 'released' AND c.passes_until > moment, c.facts
    INTO case_id, case_state, case_passes, case_facts
    FROM risk_reviewcase c
    WHERE c.trigger = want_trigger AND c.subject = want_subject AND c.customer_code = want_customer
        AND c.state IN ('open', 'released', 'refused');
END $$;
"""
DROP = "DROP FUNCTION risk_answers(bigint[], jsonb, text, timestamptz, text, text, text)"
