"""The diff that an approver reads, and the hash that an approval binds to."""

import hashlib

from apps.offers.documents import Change, canonical_json, content_hash, diff, read_activity
from tests.offers.documents import activity, read


def test_the_diff_names_each_leaf() -> None:
    tiers = [{"at": 10000, "benefit": {"amount_off": 1000}}]
    old, _ = read(read_activity, activity(placements=["cart"]))
    new, _ = read(
        read_activity,
        activity(
            name="满100减20",
            params={
                "metric": "amount",
                "tiers": [
                    {"at": 10000, "benefit": {"amount_off": 2000}},
                    {"at": 20000, "benefit": {"amount_off": 5000}},
                ],
            },
            placements=["home", "cart"],
            schedule={"tz": "UTC"},
            budget={"amount": 5},
        ),
    )
    assert tiers[0] == old["params"]["tiers"][0]
    assert diff(old, new) == [
        Change("name", "满100减10", "满100减20"),
        Change("params.tiers[0].benefit.amount_off", 1000, 2000),
        Change("params.tiers[1].at", None, 20000),
        Change("params.tiers[1].benefit.amount_off", None, 5000),
        Change("schedule.tz", None, "UTC"),
        Change("schedule.days", None, []),
        Change("schedule.sessions", None, [{"from": "00:00", "to": "00:00"}]),
        Change("budget.amount", None, 5),
        Change("placements", ["cart"], ["home", "cart"]),
    ]
    assert Change("schedule.tz", "UTC", None) in diff(new, old)
    assert Change("params.tiers[1].at", 20000, None) in diff(new, old)


def test_nothing_changed_is_no_change() -> None:
    content, _ = read(read_activity, activity())
    assert diff(content, dict(content)) == []


def test_the_first_version_is_all_new() -> None:
    content, _ = read(read_activity, activity())
    found = {change.path: change for change in diff(None, content)}
    assert found["name"] == Change("name", None, "满100减10")
    assert all(change.old is None for change in found.values())


def test_the_hash_is_sha_256_of_sorted_json() -> None:
    assert canonical_json({"b": 1, "a": "满"}) == '{"a":"满","b":1}'.encode()
    assert content_hash({"b": 1, "a": "满"}) == hashlib.sha256('{"a":"满","b":1}'.encode()).hexdigest()
