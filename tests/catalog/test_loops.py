"""Loops among parents, before anything is written."""

import pytest

from apps.catalog.loops import find_loop


@pytest.mark.parametrize(
    ("parents", "loop"),
    [
        ({}, ()),
        ({"a": None, "b": "a", "c": "b"}, ()),
        ({"a": "elsewhere"}, ()),
        ({"a": "a"}, ("a",)),
        ({"a": "b", "b": "a"}, ("a", "b")),
        ({"tail": "a", "a": "b", "b": "c", "c": "a"}, ("a", "b", "c")),
        ({"root": None, "x": "root", "a": "b", "b": "a"}, ("a", "b")),
    ],
)
def test_loop(parents: dict[str, str | None], loop: tuple[str, ...]) -> None:
    assert find_loop(parents) == loop
