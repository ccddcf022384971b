"""Pages of the lists behind a number, and the texts that narrow them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

PAGE = 50
LONGEST, DEEPEST = 200, 10_000


@dataclass(frozen=True, slots=True)
class Pages:
    """`asked` is what the page was asked for; pages are counted from 0."""

    asked: dict[str, str]
    number: int

    @property
    def skip(self) -> int:
        return self.number * PAGE

    def older(self, found: int) -> str:
        """The query of the next page, where one more row was found than this one shows."""
        return urlencode({**self.asked, "p": self.number + 1}) if found > PAGE else ""


def pages_of(request: HttpRequest) -> Pages:
    number = request.GET.get("p", "0")
    known = number.isdecimal() and len(number) < 7
    asked = {name: str(value) for name, value in request.GET.items()}
    return Pages(asked, min(int(number), DEEPEST) if known else 0)


def text_in(request: HttpRequest, name: str) -> str | None:
    """None: not asked for, or nothing that the database could store."""
    asked = request.GET
    return asked[name][:LONGEST] if name in asked and "\x00" not in asked[name] else None
