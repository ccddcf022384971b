"""The lines of docs/integration.md run as they stand."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.packs.services.demo import load_demo
from apps.storefront.services.keys import add_client, issue_key

PAGE = Path(__file__).parents[2] / "docs" / "integration.md"
LINES = [line for line in PAGE.read_text().splitlines() if line.startswith("curl ")]
# Every call with what it answers: a line that is added must be added here.
EXPECTED = [200, 200, 200, 201, 200, 200, 201, 200, 201, 200, 200, 200]


def run(line: str, key: str) -> Any:
    """The request of one curl line, sent to this process."""
    words = shlex.split(line.replace("$PORTAL", "/api/v1").replace("$KEY", key))
    headers, body, url = {}, b"", ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-H":
            name, value = next(rest).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            body = next(rest).encode()
        elif not word.startswith("-"):
            url = word
    return Client().generic(
        "POST" if body else "GET",
        url,
        body,
        content_type=headers.pop("Content-Type", "application/json"),
        headers=headers,
    )


@pytest.mark.django_db
def test_every_line_answers_what_the_page_says(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    load_demo()
    key = issue_key(client=add_client(name="shop"), scopes=["storefront"], days=30, actor=None).text

    answers = [run(line, key) for line in LINES]

    assert [answer.status_code for answer in answers] == EXPECTED, [answer.content for answer in answers]


def test_bodies_are_json() -> None:
    bodies = re.findall(r"-d '([^']*)'", PAGE.read_text())

    assert len(bodies) >= 6
    for body in bodies:
        json.loads(body)
