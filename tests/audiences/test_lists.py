"""Lists of customers: each once, bad rows reported, counts exact."""

import io
from collections.abc import Iterator

import pytest

from apps.audiences.member_file import read_member_file
from apps.audiences.models import Audience, AudienceMember
from apps.audiences.services import guard, import_members
from apps.audiences.services.lists import BadRow
from apps.core.errors import DomainError
from apps.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm(db: None) -> Audience:
    return Audience.objects.create(code="crm")


def numbered(*ids: str) -> Iterator[tuple[int, str]]:
    return iter(enumerate(ids, start=2))


def members(audience: Audience) -> set[str]:
    return set(AudienceMember.objects.filter(audience=audience).values_list("customer_code", flat=True))


def test_a_first_list(crm: Audience) -> None:
    report = import_members(audience=crm, rows=numbered("c2", "c1", "c2"), actor="ann", reason="CRM")

    assert (report.rows, report.repeated, report.added, report.removed, report.bad) == (3, 1, 2, 0, 0)
    assert members(crm) == {"c1", "c2"}
    crm.refresh_from_db()
    assert (crm.has_list, crm.list_size) == (True, 2)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.reason, entry.subject_code) == ("ann", "CRM", "crm")
    assert (entry.before, entry.after) == ({"list_size": 0}, {"list_size": 2, "added": 2, "removed": 0})


def test_replacing_takes_out_who_is_not_named(crm: Audience) -> None:
    import_members(audience=crm, rows=numbered("c1", "c2"), actor="ann")

    report = import_members(audience=crm, rows=numbered("c2", "c3"), actor="ann")

    assert (report.added, report.removed) == (1, 1)
    assert members(crm) == {"c2", "c3"}
    assert Audience.objects.get().list_size == 2


def test_adding_leaves_the_others(crm: Audience) -> None:
    import_members(audience=crm, rows=numbered("c1", "c2"), actor="ann")

    report = import_members(audience=crm, rows=numbered("c2", "c3"), actor="ann", replace=False)

    assert (report.added, report.removed) == (1, 0)
    assert members(crm) == {"c1", "c2", "c3"}
    assert Audience.objects.get().list_size == 3


def test_one_list_leaves_another_alone(crm: Audience) -> None:
    other = Audience.objects.create(code="other")
    import_members(audience=other, rows=numbered("c1"), actor="ann")

    import_members(audience=crm, rows=numbered("c1"), actor="ann")
    import_members(audience=crm, rows=numbered("c9"), actor="ann")

    assert (members(other), members(crm)) == ({"c1"}, {"c9"})


def test_the_same_list_twice_changes_and_audits_nothing(crm: Audience) -> None:
    import_members(audience=crm, rows=numbered("c1", "c2"), actor="ann")

    report = import_members(audience=crm, rows=numbered("c1", "c2"), actor="ann")

    assert (report.added, report.removed, report.applied) == (0, 0, True)
    assert AuditEntry.objects.count() == 1


def test_bad_rows_are_reported_and_nothing_is_written(crm: Audience) -> None:
    import_members(audience=crm, rows=numbered("c1"), actor="ann")

    report = import_members(
        audience=crm, rows=numbered("c2", "b d", "", "x/y", "é", "l" * 65, "c\\3"), actor="ann"
    )

    assert (report.rows, report.bad, report.applied) == (7, 5, False)
    assert report.first_bad == [
        BadRow(3, "b d"),
        BadRow(4, ""),
        BadRow(5, "x/y"),
        BadRow(6, "é"),
        BadRow(7, "l" * 65),
    ]
    assert members(crm) == {"c1"}
    assert AuditEntry.objects.count() == 1


def test_good_rows_are_taken_when_asked_for(crm: Audience) -> None:
    report = import_members(audience=crm, rows=numbered("c2", "b d", "c\\3"), actor="ann", skip_bad=True)

    assert (report.added, report.bad, report.applied) == (2, 1, True)
    assert members(crm) == {"c2", "c\\3"}


def test_a_guard_keeps_a_list_that_an_offer_uses(crm: Audience, monkeypatch: pytest.MonkeyPatch) -> None:
    def used(code: str) -> None:
        raise DomainError("in_use", "used by %(code)s", code=code)

    monkeypatch.setattr(guard, "_guards", [used])

    with pytest.raises(DomainError) as refusal:
        import_members(audience=crm, rows=numbered("c1"), actor="ann")

    assert refusal.value.numbers == {"code": "crm"}
    assert members(crm) == set()


def read(content: bytes) -> list[tuple[int, str]]:
    return list(read_member_file(io.BytesIO(content)))


def test_a_file_is_read_with_its_line_numbers() -> None:
    assert read(b"\xef\xbb\xbfcustomer\r\nc1\r\n\r\n c2 \r\na,b\r\n") == [(2, "c1"), (4, "c2"), (5, "a,b")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "header"),
        (b"id\nc1\n", "header"),
        (b"customer,level\nc1,3\n", "header"),
        (b"customer\n\xff\xfe\n", "encoding"),
        (b'customer\n"' + b"x" * 140_000 + b'"\n', "csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read(content)

    assert (refusal.value.code, refusal.value.field) == (code, "file")
