"""The offer book of this process: compiled once, before the first request, then kept up by the journal.

A quote reads the journal's last id with its first statement. When the book here is older, the offers named
since are read and put in before anything is priced: a pause or a revocation counts for the next request after
its commit.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from apps.offers.selectors import book_version
from apps.orders.book_rows import BookRow, book_start, changed_codes, rows_at, rows_of, rows_since
from apps.orders.counted import counts
from apps.pricing.book import OfferBook
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED, Usage


@dataclass(frozen=True, slots=True)
class LiveBook:
    """One version: the offers, and how those stand that are held back. Never changed, only replaced.

    `targeted` counts the offers that are for each audience: no rule of another audience need be asked. `placed` has
    the codes of the offers that are shown at each placement, `counted` how many offers have limited numbers.
    Of templates: `validities`, and until when coupons that were issued are `voided`.
    """

    version: int
    since: datetime
    offers: OfferBook
    usages: Mapping[str, Usage]
    targeted: Mapping[str, int]
    placed: Mapping[str, frozenset[str]]
    counted: int
    validities: Mapping[str, Mapping[str, Any]]
    voided: Mapping[str, datetime]


class BookKeeper:
    """Holds the newest book of the process. Readers never wait unless their book is too old."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._book: LiveBook | None = None

    @property
    def loaded(self) -> bool:
        return self._book is not None

    def at_least(self, version: int) -> LiveBook:
        """The book, no older than `version` of the journal. An empty journal is a new database."""
        book = self._book
        if book is not None and (book.version == version or book.version > version > 0):
            return book
        with self._lock:
            book = self._book
            if book is None or version == 0:
                book = compile_book()
            elif book.version < version:
                book = brought_up(book)
            self._book = book
        return book

    def load(self) -> LiveBook:
        """Compile everything, for the start of a process."""
        with self._lock:
            self._book = compile_book()
            return self._book

    def forget(self) -> None:
        with self._lock:
            self._book = None


KEEPER = BookKeeper()


def compile_book() -> LiveBook:
    """The whole book from the database; its objects live long, so the garbage collector passes them over."""
    start = book_start()
    # The version is read first: what changes while the rows are read is then read again.
    version = book_version()
    with _no_collection():
        book = _built(version, start, rows_since(start))
    gc.freeze()
    return book


def past_book(book: LiveBook, moment: datetime) -> LiveBook:
    """For an instant before the book begins: the offers of that time, as they stand now."""
    return _built(book.version, moment, rows_at(moment))


def brought_up(book: LiveBook) -> LiveBook:
    """The next version: only what the journal names since is read and compiled."""
    version, codes = changed_codes(book.version)
    notes = Notes(
        {code: usage for code, usage in book.usages.items() if code not in codes},
        Counter(book.targeted),
        {place: set(shown - codes) for place, shown in book.placed.items()},
        book.counted,
        {code: validity for code, validity in book.validities.items() if code not in codes},
        {code: moment for code, moment in book.voided.items() if code not in codes},
    )
    for code in codes:
        if code in book.offers.offers:
            offer = book.offers.offers[code]
            notes.targeted.subtract(offer.targeting.audiences)
            notes.counted -= counts(offer, book.usages.get(code, UNUSED))
    offers = list(notes.taken(rows_of(list(codes))))
    gone = codes - {offer.code for offer in offers}
    return notes.book(version, book.since, book.offers.with_changes(offers, gone, version))


def _built(version: int, since: datetime, rows: Iterable[BookRow]) -> LiveBook:
    notes = Notes({}, Counter(), {}, 0, {}, {})
    return notes.book(version, since, OfferBook.build(notes.taken(rows), version))


@dataclass(slots=True)
class Notes:
    """What is noted about the offers while they go into a book."""

    usages: dict[str, Usage]
    targeted: Counter[str]
    placed: dict[str, set[str]]
    counted: int
    validities: dict[str, Mapping[str, Any]]
    voided: dict[str, datetime]

    def taken(self, rows: Iterable[BookRow]) -> Iterator[Offer]:
        for row in rows:
            offer = row.offer
            if row.usage is not UNUSED:
                self.usages[offer.code] = row.usage
            if offer.targeting.audiences:
                self.targeted.update(offer.targeting.audiences)
            self.counted += counts(offer, row.usage)
            for place in offer.placements:
                self.placed.setdefault(place, set()).add(offer.code)
            if row.validity is not None:
                self.validities[offer.code] = row.validity
            if row.voided is not None:
                self.voided[offer.code] = row.voided
            yield offer

    def book(self, version: int, since: datetime, offers: OfferBook) -> LiveBook:
        placed = {place: frozenset(shown) for place, shown in self.placed.items()}
        return LiveBook(
            version,
            since,
            offers,
            self.usages,
            +self.targeted,
            placed,
            self.counted,
            self.validities,
            self.voided,
        )


def readiness_problem() -> str | None:
    """None when this process has its book; it is compiled now if nobody has yet."""
    if not KEEPER.loaded:
        KEEPER.load()
    return None


@contextmanager
def _no_collection() -> Iterator[None]:
    """A collection in the middle of a compile would walk over all that is there, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
