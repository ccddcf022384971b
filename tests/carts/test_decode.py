"""Reading bodies: the fast way and the slow way agree, and no second key passes unseen."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.carts.decode import QUOTES, FaultyBodyError, marks

TEXT = st.text(alphabet='ab"\\/{}[]:,\u4e0a\n ', max_size=6)
CODES = st.text(alphabet="abc", min_size=1, max_size=3)
LINES = st.lists(
    st.fixed_dictionaries(
        {"line": CODES, "sku": CODES, "quantity": st.integers(1, 5)},
        optional={"unit_price": st.integers(0, 9)},
    ),
    max_size=4,
    unique_by=lambda line: line["line"],
)
OPTIONAL = {
    "region": st.none() | TEXT,
    "prefer": st.none() | st.lists(TEXT, max_size=3),
    "customer": st.none() | CODES | st.fixed_dictionaries({}, optional={"tags": st.lists(TEXT, max_size=2)}),
    "risk": st.none() | st.fixed_dictionaries({}, optional={"ip": TEXT, "device": TEXT}),
}
BODIES = st.fixed_dictionaries({"currency": st.just("CNY"), "lines": LINES}, optional=OPTIONAL)


def repeated(body: dict[str, Any], key: str, escaped: bool) -> str:
    """The body as text with one of its keys a second time, spelled another way if wanted."""
    name = f"\\u{ord(key[0]):04x}{key[1:]}" if escaped else key
    text = json.dumps(body)
    return f'{text[:-1]},"{name}":{json.dumps(body[key])}}}'


@given(body=BODIES, ascii_only=st.booleans(), indent=st.none() | st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_right_bodies_pass(body: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    read = QUOTES.read(json.dumps(body, ensure_ascii=ascii_only, indent=indent).encode())
    assert [line.line for line in read.lines] == [line["line"] for line in body["lines"]]


@given(body=BODIES, choice=st.integers(0, 9), escaped=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_key_given_twice_is_always_found(body: dict[str, Any], choice: int, escaped: bool) -> None:
    key = sorted(body)[choice % len(body)]
    with pytest.raises(FaultyBodyError) as refused:
        QUOTES.read(repeated(body, key, escaped).encode())
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(key, "duplicate_key")]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{}", 0),
        ('{"a":"b"}', 4),
        ('{"a":"\\""}', 4),
        ('{"a":"\\\\"}', 4),
        ('{"a":"\\\\\\""}', 4),
        ('{"a":"\\u0022"}', 4),
        ('{"a\\"":1}', 2),
    ],
)
def test_marks_are_those_around_strings(text: str, count: int) -> None:
    assert marks(text.encode()) == count


def test_every_fault_is_told_once() -> None:
    raw = b'{"currency":1,"lines":[{"line":"1","sku":"A","quantity":1e400}],"zone":"\\u0000","zone":2}'
    with pytest.raises(FaultyBodyError) as refused:
        QUOTES.read(raw)
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [
        ("zone", "duplicate_key"),
        ("lines[0].quantity", "number"),
        ("currency", "type"),
    ]
