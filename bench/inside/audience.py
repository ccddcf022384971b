"""Takes a list, looks customers up and takes a catalogue by file through the jobs that workers run; prints seconds."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model

from apps.audiences.membership import audiences_of
from apps.audiences.models import Audience, AudienceMember, Customer
from apps.audiences.selectors import rule_version, rules_at, stored_customer
from apps.audiences.services import import_members, upsert_audiences
from apps.audiences.services.uploads import start_upload
from apps.catalog.files.applying import start_applying
from apps.catalog.files.exporting import start_export
from apps.catalog.files.reading import start_reading
from apps.catalog.models import Sku
from apps.core import jobs
from apps.core.jobs import files

LISTS = 10
LOOKS = 2_000
VIP = {"field": "member_level", "op": "gte", "value": 3}
QUIET = {"not": {"field": "days_since_order", "op": "lt", "value": 90}}


def main() -> None:
    members, skus = int(sys.argv[1]), int(sys.argv[2])
    person = get_user_model().objects.create_superuser("bench")
    upsert_audiences(
        rows=[{"code": "all"}, {"code": "vip", "rule": VIP}, {"code": "quiet", "rule": QUIET}], actor="bench"
    )
    codes = [f"member-{number:07}" for number in range(members)]
    content = ("customer\n" + "\n".join(codes) + "\n").encode()
    audience = Audience.objects.get(code="all")

    def take() -> jobs.Job:
        stream = io.BytesIO(content)
        job = start_upload(audience=audience, stream=stream, actor=person, replace=True, skip_bad=False)
        return jobs.run(job)

    seconds, _job = timed(take)
    again, job = timed(take)
    assert (job.state, job.result["added"]) == ("done", 0)
    told = {
        "seconds": seconds,
        "again_s": again,
        "members": AudienceMember.objects.filter(audience=audience).count(),
    }
    print(json.dumps(told | memberships(codes) | catalogue(skus, person)))


def memberships(codes: list[str]) -> dict[str, Any]:
    """Each customer is on a few of ten further lists; all of somebody's audiences, as the portal finds them."""
    for number in range(LISTS):
        audience = Audience.objects.create(code=f"list-{number}")
        import_members(audience=audience, rows=enumerate(codes[number::LISTS]), actor="bench")
    Customer.objects.bulk_create(Customer(code=code, member_level=5) for code in codes[:LOOKS])
    samples = []
    for code in codes[:LOOKS]:
        started = time.perf_counter()
        stored = stored_customer(code)
        found = audiences_of(lists=stored.lists, rules=rules_at(rule_version()), fields=stored.fields)
        samples.append((time.perf_counter() - started) * 1_000)
        assert len(found) == 4, found
    return {"membership_ms": samples, "lists": LISTS + 1, "rules": 2}


def catalogue(count: int, person: Any) -> dict[str, Any]:
    before = Sku.objects.count()
    lines = (f"bench-{n:06},Thing {n},{n % 500}.{n % 100:02},a;b" for n in range(count))
    content = ("SKU,Name,Price,Tags\n" + "\n".join(lines) + "\n").encode()
    read_s, found = timed(lambda: jobs.run(start_reading(stream=io.BytesIO(content), actor=person)))
    assert (found.state, found.result["new"], found.result["faults"]) == ("done", count, 0), found.fault
    apply_s, job = timed(lambda: jobs.run(start_applying(reading=found, actor=person)))
    assert (job.state, job.result["created"]) == ("done", count), job.fault
    out_s, out = timed(lambda: jobs.run(start_export(as_format="xlsx", actor=person)))
    book = io.BytesIO(b"".join(files.pieces(out.outputs.get())))
    in_s, back = timed(lambda: jobs.run(start_reading(stream=book, actor=person)))
    assert (back.state, back.result["changed"], back.result["faults"]) == ("done", 0, 0), back.fault
    return {
        "skus": Sku.objects.count() - before, "read_s": read_s, "apply_s": apply_s,
        "xlsx_out_s": out_s, "xlsx_in_s": in_s,
    }  # fmt: skip


def timed(work: Callable[[], jobs.Job]) -> tuple[float, jobs.Job]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


if __name__ == "__main__":
    main()
