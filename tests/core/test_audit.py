"""The audit log: who did what, written with the change, closed against every later hand."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.core import audit, audit_queries, sealing
from apps.core.audit import Subject
from apps.core.models import AuditEntry, AuditSeal


def write(count: int) -> list[AuditEntry]:
    with transaction.atomic():
        return [
            audit.record(
                action="test.change",
                subject=Subject("test.thing", f"thing-{index}"),
                actor="user:ann",
                before={"price_amount": 100},
                after={"price_amount": 90 + index},
                reason="促销",
            )
            for index in range(count)
        ]


def tamper(sql: str, *parameters: object) -> None:
    """What somebody with full rights on the database could do: switch the triggers off and write."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET session_replication_role = origin")


def run_audit(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit", *arguments, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.django_db
def test_entry_names_actor_subject_and_the_database_time(django_user_model):
    ann = django_user_model.objects.create_user("ann")
    entry = audit.record(action="accounts.change", subject=ann, actor=ann, after={"language": "en"})
    entry.refresh_from_db()
    assert (entry.actor, entry.subject_type, entry.subject_code) == ("user:ann", "accounts.user", str(ann.pk))
    assert (entry.before, entry.after, entry.reason) == (None, {"language": "en"}, "")
    assert entry.at is not None


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside atomic"):
        audit.record(action="test.change", subject=Subject("test.thing", "1"), actor=None)
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
def test_an_entry_goes_with_its_change_when_the_transaction_fails():
    def change_and_fail() -> None:
        with transaction.atomic():
            write(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditentry SET actor = 'user:eve'",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry CASCADE",
        "UPDATE core_auditseal SET digest = 'x'",
        "DELETE FROM core_auditseal",
        "TRUNCATE core_auditseal",
    ],
)
def test_the_database_refuses_any_change_of_a_written_entry(sql, truncate_triggers):
    write(2)
    sealing.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.filter(actor="user:ann").count() == 2
    assert AuditSeal.objects.count() == 2


@pytest.mark.django_db
def test_sealing_chains_every_entry_once_in_batches(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    write(5)
    assert sealing.seal() == 5
    assert sealing.seal() == 0
    assert list(AuditSeal.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert list(sealing.verify()) == []


@pytest.mark.django_db
def test_an_entry_that_commits_late_is_sealed_by_a_later_batch():
    late, early = write(2)
    AuditSeal.objects.create(number=1, entry=early, digest=sealing.digest_of(early, sealing.GENESIS))
    assert sealing.seal() == 1
    assert AuditSeal.objects.get(number=2).entry == late
    assert list(sealing.verify()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "sql", "faults"),
    [
        (
            "one byte changed",
            "UPDATE core_auditentry SET reason = '促锁' WHERE subject_code = 'thing-1'",
            ["is not what was sealed"],
        ),
        (
            "an amount changed",
            "UPDATE core_auditentry SET after = '{\"price_amount\": 1}' WHERE subject_code = 'thing-1'",
            ["is not what was sealed"],
        ),
        ("an entry dropped", "DELETE FROM core_auditentry WHERE subject_code = 'thing-1'", ["is missing"]),
        (
            "two entries swapped",
            "UPDATE core_auditentry "
            "SET subject_code = CASE subject_code WHEN 'thing-1' THEN 'thing-2' ELSE 'thing-1' END "
            "WHERE subject_code IN ('thing-1', 'thing-2')",
            ["is not what was sealed", "is not what was sealed"],
        ),
        (
            "two seals swapped",
            "UPDATE core_auditseal SET entry_id = (SELECT 2 * min(id) + 3 FROM core_auditentry) - entry_id "
            "WHERE number IN (2, 3)",
            ["is not what was sealed", "is not what was sealed"],
        ),
        (
            "a seal dropped",
            "DELETE FROM core_auditseal WHERE number = 2",
            ["are missing", "is not what was sealed"],
        ),
    ],
)
def test_verification_finds(case, sql, faults):
    write(4)
    sealing.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditseal DROP CONSTRAINT core_auditseal_entry_id_key")
    tamper(sql)
    found = list(sealing.verify())
    assert [fault for fault, ending in zip(found, faults, strict=True) if not fault.endswith(ending)] == []


@pytest.mark.django_db
def test_a_cut_off_tail_is_found_by_the_head_noted_before():
    write(3)
    sealing.seal()
    noted = str(sealing.head())
    assert run_audit("--expect", noted)[0] == 0
    tamper("DELETE FROM core_auditseal WHERE number = 3")
    tamper("DELETE FROM core_auditentry WHERE subject_code = 'thing-2'")
    assert list(sealing.verify()) == []
    status, output = run_audit("--expect", noted)
    assert status == 1
    assert "the chain ends before the expected seal 3" in output


@pytest.mark.django_db
def test_an_old_entry_without_a_seal_is_a_fault():
    write(1)
    tamper("UPDATE core_auditentry SET at = at - interval '16 minutes'")
    assert list(sealing.verify()) == ["1 entries are not sealed although they are older than 0:15:00"]


@pytest.mark.django_db
def test_the_command_reports_each_registered_promise_and_its_status(monkeypatch):
    monkeypatch.setattr(audit_queries, "_queries", {})
    write(1)
    sealing.seal()
    audit_queries.register("test.stock", "stock adds up", list)
    status, output = run_audit()
    assert (status, "ok    test.stock: stock adds up" in output) == (0, True)

    audit_queries.register("test.stock", "stock adds up", lambda: ["SKU A: 3 sold of 2"])
    status, output = run_audit()
    assert status == 1
    assert "FAULT test.stock: stock adds up\n      SKU A: 3 sold of 2" in output
