"""Query parameters, read as strictly as bodies: every fault at once, with its name as the path."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from apps.carts.bodies import MAX_WORD
from apps.carts.decode import FaultyBodyError
from apps.orders.showcase import Visitor
from apps.pricing.faults import Findings, Reader

DEFAULT_LIMIT = 50
MOST = 200
START = (-(10**12), "")


class Query:
    """The parameters of one request; `check` raises with every fault that was found."""

    def __init__(self, request: HttpRequest) -> None:
        self.findings = Findings()
        self.raw = {name: values[-1] for name, values in request.GET.lists()}
        self.reader = Reader(self.raw, "", self.findings)

    def visitor(self, shop: str | None) -> Visitor:
        return Visitor(
            customer=self.reader.code("customer"),
            channel=self.reader.text("channel", longest=MAX_WORD),
            terminal=self.reader.text("terminal", longest=MAX_WORD),
            region=self.reader.text("region", longest=MAX_WORD),
            shop=shop,
        )

    def limit(self) -> int:
        text = self.raw.get("limit", str(DEFAULT_LIMIT))
        if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST:
            return int(text)
        self.reader.fault("limit", "limit", "must be a whole number from 1 to %(most)s", most=MOST)
        return DEFAULT_LIMIT

    def cursor(self) -> tuple[int, str]:
        """Where the page before ended."""
        text = self.raw.get("cursor")
        if text is None:
            return START
        try:
            place, _, code = base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii").partition("/")
            return int(place), code
        except (ValueError, binascii.Error):
            self.wrong_cursor()
            return START

    def time(self, name: str) -> datetime | None:
        """An instant; the plus of its offset may have become a space on the way, as in all queries."""
        if name in self.raw:
            self.raw[name] = self.raw[name].replace(" ", "+")
        text = self.reader.time(name)
        return datetime.fromisoformat(text) if text else None

    def place(self, name: str = "cursor") -> tuple[str, ...]:
        """The parts of a cursor that `cursor_of` made; none at the beginning and after a fault."""
        text = self.raw.get(name)
        if text is None:
            return ()
        try:
            return tuple(base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii").split("/"))
        except (ValueError, binascii.Error):
            self.wrong_cursor(name)
            return ()

    def wrong_cursor(self, name: str = "cursor") -> None:
        self.reader.fault(name, "cursor", "is not one that a list gave")

    def check(self) -> None:
        if self.findings.faults:
            raise FaultyBodyError(self.findings.faults)


def cursor_after(place: int, code: str) -> str:
    return cursor_of(str(place), code)


def cursor_of(*parts: str) -> str:
    """A place in a list, of parts without a slash."""
    return base64.urlsafe_b64encode("/".join(parts).encode()).decode()


def language_of(request: HttpRequest) -> str:
    """The language that the caller asks for in `Accept-Language`, of those the portal speaks."""
    return get_language_from_request(request)
